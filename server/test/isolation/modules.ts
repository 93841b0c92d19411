// What tests run in isolation.
import { execFileSync } from 'node:child_process'
import dns from 'node:dns'
import { readFileSync, writeFileSync, writeSync } from 'node:fs'
import http from 'node:http'
import net from 'node:net'
import { Worker } from 'node:worker_threads'

type Doing = Record<string, (bytes: Buffer, value: unknown) => unknown>

const attempts: Record<string, (where: string) => unknown> = {
  connect: (port) => net.connect(Number(port), '127.0.0.1'),
  request: (port) =>
    new Promise((resolve, reject) => {
      http.get(`http://127.0.0.1:${port}`, resolve).on('error', reject)
    }),
  fetch: (port) => fetch(`http://127.0.0.1:${port}`),
  read: (path) => readFileSync(path),
  write: (path) => writeFileSync(path, 'x'),
  run: () => execFileSync('/bin/true'),
  evaluate: () => new Function('return 1')(),
  work: () => new Worker('1', { eval: true }),
  resolve: () => new dns.Resolver(),
  signal: () => process.kill(process.pid, 0),
}

const leaked: Buffer[] = []

const doing: Doing = {
  size: (bytes) => bytes.length,
  slowly: async (bytes) => {
    await new Promise((resolve) => setTimeout(resolve, 50))
    return bytes.length
  },
  fail: () => {
    throw new TypeError('no such thing')
  },
  exit: () => process.exit(7),
  abort: () => process.abort(),
  spin: () => {
    for (;;);
  },
  wait: () => new Promise(() => setInterval(() => {}, 1000)),
  heap: () => {
    const all: number[][] = []
    for (;;) all.push(Array.from({ length: 1000 }, (_, at) => at + 0.5))
  },
  buffers: () => {
    const all: Buffer[] = []
    for (;;) all.push(Buffer.alloc(2 ** 20, 1))
  },
  hold: async (_bytes, mebibytes) => {
    const all = Array.from({ length: mebibytes as number }, () => Buffer.alloc(2 ** 20, 1))
    await new Promise((resolve) => setTimeout(resolve, 60_000))
    return all.length
  },
  recurse: () => {
    const deeper = (): number => 1 + deeper()
    return deeper()
  },
  much: (_bytes, length) => 'x'.repeat(length as number),
  log: () => {
    console.log('not the answer')
    return 'the answer'
  },
  process: () => process.pid,
  /** Harms what comes next. */
  trap: () => {
    setImmediate(() => process.exit(3))
    return 'set'
  },
  leak: (_bytes, mebibytes) => {
    leaked.push(Buffer.alloc((mebibytes as number) * 2 ** 20, 1))
    return leaked.length
  },
  chat: () => {
    writeSync(1, '"an answer to no question"\n')
    return 'the answer'
  },
  environment: () => ({ env: process.env, uid: process.getuid?.(), cwd: process.cwd() }),
  attempt: async (_bytes, value) => {
    const [name, where] = value as [string, string]
    try {
      await attempts[name]!(where)
      return 'done'
    } catch {
      return 'refused'
    }
  },
}

export function run(bytes: Buffer, [name, value]: [string, unknown]): unknown {
  return doing[name]!(bytes, value)
}
