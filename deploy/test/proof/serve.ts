// A server in a container with the rights that compose.yaml and kubernetes/ give it: no more than that, and it has to do its work.
import { type Client, createClient } from '@parley/sdk'
import type { Podman } from './container.ts'
import { freePort, insist, tell, until } from './commands.ts'
import { lookThroughProxy, startProxy } from './proxy.ts'

const name = 'parley-proof'
const volume = 'parley-proof-data'
/** As in compose.yaml; the network is this machine's, because not every kernel lets a container have one. */
const rights = [
  '--read-only',
  '--read-only-tmpfs=false',
  ...['--tmpfs', '/tmp:size=64m,mode=1777'],
  ...['--cap-drop', 'all', '--security-opt', 'no-new-privileges', '--network', 'host', '--init=false'],
]
/** Where it mounts something, and what it says of the network. */
const isOfPodman = /^[ACD] \/(?:data|dev|proc|run|sys|tmp|etc|etc\/(?:hosts|hostname|mtab|resolv\.conf)|run\/.*)$/
const drain_seconds = 5
const start_seconds = 120

/** `folder`: for the files of this proof. */
export async function serveInContainer(podman: Podman, image: string, folder: string): Promise<void> {
  const [port, https_port] = [await freePort(), await freePort()]
  const url = `http://127.0.0.1:${port}`
  await podman('volume', 'create', volume)
  const settings = {
    HOST: '127.0.0.1',
    PORT: String(port),
    PARLEY_DRAIN_SECONDS: String(drain_seconds),
    PARLEY_PUBLIC_URL: `https://localhost:${https_port}`,
    PARLEY_TRUSTED_PROXIES: 'loopback',
    PARLEY_RATE_LIMIT_OF_ADDRESS_PER_MINUTE: '20',
  }
  const environment = Object.entries(settings).flatMap(([key, value]) => ['--env', `${key}=${value}`])
  const inside = (...command: string[]) => podman('exec', name, ...command)
  try {
    await podman('run', '--detach', '--name', name, ...rights, '--volume', `${volume}:/data`, ...environment, image)
    await untilReady(url)
    await lookAtProcess(inside)
    const key = (await inside('cat', '/data/admin-key')).trim()
    const conversation_id = await converse(url, key)
    await using proxy = await startProxy(folder, https_port, port)
    await lookThroughProxy(proxy, key)
    await stop(podman)
    const changed = (await podman('diff', name)).split('\n').filter((line) => line !== '' && !isOfPodman.test(line))
    insist(changed.length === 0, `nothing but the volume has changed${changed.map((line) => `\n${line}`).join('')}`)
    await podman('start', name)
    await untilReady(url)
    const { status } = await clientOf(url, key).getConversation({ conversation_id })
    insist(status === 'completed', 'a new start finds what the volume holds')
    await stop(podman)
  } finally {
    await podman('rm', '--force', '--time', '5', name).catch(() => '')
    await podman('volume', 'rm', '--force', volume).catch(() => '')
  }
}

const clientOf = (url: string, key: string): Client => createClient({ base_url: url, token: key })

async function untilReady(url: string): Promise<void> {
  await until('the server is ready', start_seconds, async () => ((await fetch(`${url}/readyz`)).ok ? true : null))
  tell('the server is ready')
}

async function lookAtProcess(inside: (...command: string[]) => Promise<string>): Promise<void> {
  insist((await inside('id', '--user')).trim() === '10001', 'it is not root')
  const status = await inside('cat', '/proc/1/status')
  insist(/^CapEff:\t0+$/m.test(status) && /^NoNewPrivs:\t1$/m.test(status), 'it has no capability, and gets none')
  for (const place of ['/x', '/opt/parley/x', '/etc/x']) {
    const isRefused = await inside('touch', place).then(
      () => false,
      () => true,
    )
    insist(isRefused, `it cannot write ${place}`)
  }
  await inside('node', 'deploy/health-check.js')
  await inside('node', 'deploy/health-check.js', '/readyz')
  tell('the health check of the image and that of compose.yaml pass')
  const isRefused = await inside('node', 'deploy/health-check.js', '/nowhere').then(
    () => false,
    () => true,
  )
  insist(isRefused, 'a health check of what does not answer fails')
  insist((await inside('parley', '--version')).trim() !== '', 'the command line is there')
}

/** With an agent, a model and a knowledge base, whose file is converted in a process with even fewer rights. */
async function converse(url: string, key: string): Promise<string> {
  const client = clientOf(url, key)
  const { data } = await client.listAgents()
  const { agent_id } = data[0]!
  const { conversation } = await client.createConversation({ channel: 'text', user_id: 'proof', agent_id })
  const conversation_id = conversation.id
  const { reply } = await client.sendConversationMessage({ conversation_id, text: 'Hello' })
  insist(typeof reply === 'string' && reply !== '', 'a message has a reply')
  await client.endConversation({ conversation_id })
  const { id: dataset_id } = await client.createDataset({ name: 'Proof' })
  const file = new File(['<h1>Proof</h1><p>The shop opens at nine.</p>'], 'proof.html', { type: 'text/html' })
  await client.attachSources({ dataset_id, file, metadata: { name: file.name } })
  await until('the file is converted', 60, async () => {
    const { chunks } = await client.queryDataset({ dataset_id, query: 'When does the shop open?' })
    return chunks.length > 0 ? true : null
  })
  tell('a file is converted, and found')
  return conversation_id
}

async function stop(podman: Podman): Promise<void> {
  const startedAt = performance.now()
  await podman('stop', '--time', '60', name)
  const seconds = (performance.now() - startedAt) / 1000
  const code = (await podman('inspect', '--format', '{{.State.ExitCode}}', name)).trim()
  insist(code === '0' && seconds < drain_seconds + 15, `it stops by itself with 0, in ${seconds.toFixed(1)} s`)
}
