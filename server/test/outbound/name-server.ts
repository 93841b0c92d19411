// A real DNS server on loopback, over UDP and TCP, whose answers a test decides.
import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import { type AddressInfo, type Socket, createServer, isIP } from 'node:net'

export interface NameAnswer {
  /** Of both kinds. Each question gets those of its own kind. */
  addresses?: string[]
  /** The name that has these addresses. */
  alias?: string
  code?: 'ok' | 'servfail' | 'nxdomain' | 'refused'
  /** Truncates the UDP packet; TCP carries the full answer. */
  is_truncated?: boolean
  /** Sends a forged answer first, with 6.6.6.6 under another id. */
  is_forged?: boolean
}

type QuestionType = 'A' | 'AAAA'

export interface NameServer extends AsyncDisposable {
  /** For `setServers`. */
  address: string
  /** Such as `A example.test`, in order of arrival. */
  questions: string[]
  /** Questions that arrived over TCP. */
  over_tcp: number
  /** Resolves once this many have arrived. */
  asked(count: number): Promise<void>
}

/** Undefined: never answer. */
export type Zone = (name: string, type: QuestionType) => NameAnswer | undefined

const codes = { ok: 0, servfail: 2, nxdomain: 3, refused: 5 }
const types: Record<number, QuestionType> = { 1: 'A', 28: 'AAAA' }

export async function startNameServer(zone: Zone): Promise<NameServer> {
  const questions: string[] = []
  const waiting = new Set<() => void>()
  const sockets = new Set<Socket>()
  let over_tcp = 0
  const note = ({ type, name }: Question) => {
    questions.push(`${type} ${name}`)
    for (const look of waiting) look()
  }

  const tcp = createServer((socket) => {
    sockets.add(socket)
    let received = Buffer.alloc(0)
    socket.on('error', () => undefined).on('close', () => sockets.delete(socket))
    socket.on('data', (chunk) => {
      received = Buffer.concat([received, chunk])
      while (received.length >= 2 && received.length >= 2 + received.readUInt16BE(0)) {
        const question = readQuestion(received.subarray(2, 2 + received.readUInt16BE(0)))
        received = received.subarray(2 + received.readUInt16BE(0))
        over_tcp += 1
        note(question)
        const answer = zone(question.name, question.type)
        if (answer === undefined) continue
        const packet = writeAnswer(question, answer)
        socket.write(Buffer.concat([Buffer.from([packet.length >> 8, packet.length & 0xff]), packet]))
      }
    })
  })
  tcp.listen(0, '127.0.0.1')
  await once(tcp, 'listening')
  const { port } = tcp.address() as AddressInfo

  const udp = createSocket('udp4')
  udp.on('message', (packet, from) => {
    const question = readQuestion(packet)
    note(question)
    const answer = zone(question.name, question.type)
    if (answer === undefined) return
    if (answer.is_forged) {
      const forged = { ...question, id: question.id ^ 1 }
      udp.send(writeAnswer(forged, { addresses: ['6.6.6.6'] }), from.port, from.address)
    }
    const whole = writeAnswer(question, answer)
    udp.send(answer.is_truncated ? truncate(whole, question) : whole, from.port, from.address)
  })
  udp.bind(port, '127.0.0.1')
  await once(udp, 'listening')

  return {
    address: `127.0.0.1:${port}`,
    questions,
    get over_tcp() {
      return over_tcp
    },
    async asked(count) {
      const { promise, resolve } = Promise.withResolvers<void>()
      const look = () => questions.length >= count && resolve()
      waiting.add(look)
      look()
      await promise
      waiting.delete(look)
    },
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy()
      await Promise.all([new Promise<void>((done) => udp.close(done)), new Promise((done) => tcp.close(done))])
    },
  }
}

interface Question {
  id: number
  name: string
  type: QuestionType
  /** The bytes as received, to be sent back. */
  bytes: Buffer
}

const header_bytes = 12

/** From a resolver that asks one question per packet. */
function readQuestion(packet: Buffer): Question {
  const labels: string[] = []
  let at = header_bytes
  for (let length = packet[at]!; length > 0; length = packet[at]!) {
    labels.push(packet.toString('latin1', at + 1, at + 1 + length))
    at += 1 + length
  }
  const type = types[packet.readUInt16BE(at + 1)] ?? 'A'
  return { id: packet.readUInt16BE(0), name: labels.join('.'), type, bytes: packet.subarray(header_bytes, at + 5) }
}

/** The flags of a reply with recursion requested and available. */
const flags = 0x81_80
const truncated_flag = 0x02_00

function writeAnswer({ id, type, bytes }: Question, { addresses = [], alias, code = 'ok' }: NameAnswer): Buffer {
  const family = type === 'A' ? 4 : 6
  const own = addresses.filter((address) => isIP(address) === family)
  const owner = alias === undefined ? pointerTo(header_bytes) : writeName(alias)
  const records = own.map((address) => writeRecord(owner, family === 4 ? 1 : 28, writeAddress(address)))
  if (alias !== undefined) records.unshift(writeRecord(pointerTo(header_bytes), 5, writeName(alias)))
  return Buffer.concat([writeHeader(id, flags | codes[code], records.length), bytes, ...records])
}

/** Without a record, and flagged as truncated. */
function truncate(packet: Buffer, { id, bytes }: Question): Buffer {
  return Buffer.concat([writeHeader(id, packet.readUInt16BE(2) | truncated_flag, 0), bytes])
}

function writeHeader(id: number, bits: number, records: number): Buffer {
  const header = Buffer.alloc(header_bytes)
  for (const [index, value] of [id, bits, 1, records].entries()) header.writeUInt16BE(value, index * 2)
  return header
}

const pointerTo = (at: number) => Buffer.from([0xc0, at])

function writeName(name: string): Buffer {
  const labels = name.split('.').map((label) => Buffer.concat([Buffer.from([label.length]), Buffer.from(label)]))
  return Buffer.concat([...labels, Buffer.from([0])])
}

function writeRecord(owner: Buffer, type: number, data: Buffer): Buffer {
  const fixed = Buffer.alloc(10)
  fixed.writeUInt16BE(type, 0)
  fixed.writeUInt16BE(1, 2)
  fixed.writeUInt32BE(60, 4)
  fixed.writeUInt16BE(data.length, 8)
  return Buffer.concat([owner, fixed, data])
}

function writeAddress(address: string): Buffer {
  if (isIP(address) === 4) return Buffer.from(address.split('.').map(Number))
  const [head = '', tail] = address.split('::')
  const groups = (text = '') => text.split(':').filter(Boolean)
  const missing = tail === undefined ? 0 : 8 - groups(head).length - groups(tail).length
  const all = [...groups(head), ...Array.from({ length: missing }, () => '0'), ...groups(tail)]
  return Buffer.from(all.map((group) => group.padStart(4, '0')).join(''), 'hex')
}
