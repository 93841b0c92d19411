// A Debian with a systemd of its own, in namespaces, where deploy/parley.service runs as docs/guides/deployment.md says.
import { chmod, cp, mkdir, readFile, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { deploy, root } from '../files.ts'
import { insist, run } from './commands.ts'

const packages = ['systemd-sysv', 'util-linux', 'curl']

/** What the machine carries out, as root. Each line that holds is printed with `HOLDS` before it. */
const script = `#!/bin/bash
exec > /proof.txt 2>&1
holds() { if eval "$2"; then echo "HOLDS $1"; else echo "FAILS $1"; fi; }
ready() { for _ in $(seq 600); do curl -sf http://127.0.0.1:8080/readyz >/dev/null && return 0; sleep 0.5; done; return 1; }
value() { systemctl show parley --property "$1" --value; }
ask() { curl -sf -H "authorization: Bearer $(cat /var/lib/parley/admin-key)" -H 'content-type: application/json' "$@"; }
holds 'it becomes ready' ready
holds 'nobody else reads its data' '[ "$(stat -c %a:%U /var/lib/parley)" = 700:parley ]'
main=$(value MainPID)
running() { for one in /proc/[0-9]*; do [ "$(stat -c %U $one)" = parley ] && cat $one/comm; done 2>/dev/null; }
holds 'it is not root, and PostgreSQL is the same user' '[ "$(stat -c %U /proc/$main)" = parley ] && running | grep -q postgres'
holds 'no capability is left' 'grep -q "^CapEff:.0*$" /proc/$main/status && grep -q "^NoNewPrivs:.1" /proc/$main/status && grep -q "^Seccomp:.2" /proc/$main/status'
holds 'it cannot write where it is installed' '! nsenter -t $main -m -- touch /opt/parley/x 2>/dev/null'
holds 'it does not see homes' '[ -z "$(nsenter -t $main -m -- ls -A /root 2>/dev/null)" ]'
agent=$(ask http://127.0.0.1:8080/core/agents | sed 's/.*"agent_id":"\\([^"]*\\)".*/\\1/')
conversation=$(ask http://127.0.0.1:8080/core/conversations -d '{"channel":"text","user_id":"proof","agent_id":"'$agent'"}' | sed 's/.*"conversation":{"id":"\\([^"]*\\)".*/\\1/')
holds 'a message has a reply' 'ask http://127.0.0.1:8080/core/conversations/$conversation/messages -d "{\\"text\\":\\"Hello\\"}" | grep -q "\\"reply\\":\\"."'
dataset=$(ask http://127.0.0.1:8080/knowledge-base/datasets -d '{"name":"Proof"}' | sed 's/.*"id":"\\([^"]*\\)".*/\\1/')
echo '<h1>Proof</h1><p>The shop opens at nine.</p>' > /tmp/proof.html
curl -sf -H "authorization: Bearer $(cat /var/lib/parley/admin-key)" -F 'metadata={"name":"proof.html"}' -F 'file=@/tmp/proof.html;type=text/html' http://127.0.0.1:8080/knowledge-base/datasets/$dataset/sources > /dev/null
found() { for _ in $(seq 120); do ask http://127.0.0.1:8080/knowledge-base/datasets/$dataset/query -d '{"query":"When does the shop open?"}' | grep -q 'opens at nine' && return 0; sleep 0.5; done; return 1; }
holds 'a file is converted, and found' found
kill -9 $main
holds 'a server that is killed comes back, with its data' 'sleep 3 && ready && ask http://127.0.0.1:8080/core/conversations/$conversation | grep -q Hello'
before=$(date +%s); systemctl stop parley; after=$(date +%s)
holds 'a stop ends everything within the time that it has' '[ "$(value Result)" = success ] && [ -z "$(running)" ] && [ $((after - before)) -lt 45 ]'
sed -i 's/^PARLEY_SECRET_KEY=.*/PARLEY_SECRET_KEY=short/' /etc/parley/parley.env
systemctl start parley; sleep 30
holds 'a wrong setting is told, and not tried again' '[ "$(value ExecMainStatus)" = 2 ] && [ "$(value NRestarts)" -lt 3 ] && journalctl -u parley | grep -q "PARLEY_SECRET_KEY must"'
systemd-analyze security --no-pager parley 2>/dev/null | tail -1
journalctl --no-pager -u parley | tail -40
echo PROOF-OVER
systemctl poweroff
`

const unit = `[Unit]
After=parley.service
Wants=parley.service
[Service]
Type=oneshot
ExecStart=/usr/local/bin/proof
[Install]
WantedBy=multi-user.target
`

/** In a control group of its own, of the second version, which systemd needs and a machine may not have mounted. */
const boot = `set -e
mount --make-rprivate /
umount --lazy /sys/fs/cgroup
mount -t cgroup2 none /sys/fs/cgroup
mkdir -p /sys/fs/cgroup/parley-proof
echo $$ > /sys/fs/cgroup/parley-proof/cgroup.procs
exec timeout 1800 systemd-nspawn --quiet --register=no --keep-unit --private-network --console=read-only --directory "$1" --boot
`

/** `base`: the root folder of a Debian, which is copied. */
export async function serveInMachine(base: string, folder: string): Promise<void> {
  const machine = join(folder, 'machine')
  await run('cp', '--archive', base, machine)
  const inside = (...command: string[]) => run('chroot', machine, ...command)
  await inside('apt-get', 'update', '-qq')
  await inside(
    'env',
    'DEBIAN_FRONTEND=noninteractive',
    'apt-get',
    'install',
    '-y',
    '-qq',
    '--no-install-recommends',
    ...packages,
  )
  await install(machine, inside)
  await run('unshare', '--mount', 'bash', '-c', boot, 'boot', machine)
  const text = await readFile(join(machine, 'proof.txt'), 'utf8')
  process.stdout.write(text)
  insist(text.includes('PROOF-OVER') && !text.includes('FAILS '), 'under systemd, each of these')
}

/** The steps of the guide. */
async function install(machine: string, inside: (...command: string[]) => Promise<string>): Promise<void> {
  await inside('useradd', '--system', '--home-dir', '/var/lib/parley', '--shell', '/usr/sbin/nologin', 'parley')
  const place = join(machine, 'opt', 'parley')
  await mkdir(place, { recursive: true })
  await run('sh', '-c', `tar -C ${root} --exclude=./.git --exclude=./data -cf - . | tar -C ${place} -xf -`)
  await inside('chown', '-R', 'root:root', '/opt/parley')
  const settings = (await readFile(join(deploy, 'parley.env.example'), 'utf8'))
    .replace('PARLEY_SECRET_KEY=replace-me', `PARLEY_SECRET_KEY=${'0123456789abcdef'.repeat(4)}`)
    // The demo model answers without it.
    .replace('OPENAI_API_KEY=replace-me', '')
  await mkdir(join(machine, 'etc', 'parley'))
  await writeFile(join(machine, 'etc', 'parley', 'parley.env'), settings, { mode: 0o600 })
  const units = join(machine, 'etc', 'systemd', 'system')
  await cp(join(deploy, 'parley.service'), join(units, 'parley.service'))
  await writeFile(join(units, 'proof.service'), unit)
  await writeFile(join(machine, 'usr', 'local', 'bin', 'proof'), script)
  await chmod(join(machine, 'usr', 'local', 'bin', 'proof'), 0o755)
  const wanted = join(units, 'multi-user.target.wants')
  await mkdir(wanted, { recursive: true })
  for (const name of ['parley', 'proof']) await symlink(`../${name}.service`, join(wanted, `${name}.service`))
}
