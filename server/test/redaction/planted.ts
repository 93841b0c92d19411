// Personal data that tests plant, and how they find it in what nodes store or tell each other.
import pg from 'pg'
import { channel } from '../../src/live/bus.ts'
import type { TestServer } from '../support/server.ts'

export const planted = {
  email: 'ada.planted+tag@mail.example.org',
  phone: '+49 171 5550199',
  credit_card: '4111 1111 1111 1111',
  iban: 'DE89 3704 0044 0532 0130 00',
  ip_address: '203.0.113.77',
  customer: 'KD-424242',
}

export const retention = {
  redact: [
    ...(['email', 'phone', 'credit_card', 'iban', 'ip_address'] as const),
    { name: 'customer', pattern: String.raw`\bKD-\d+\b` },
  ],
}

export const everything = Object.values(planted).join(', ')
export const replaced = Object.keys(planted)
  .map((name) => `[${name}]`)
  .join(', ')

/** Planted values that a text contains, also if JSON or a database has written it in its own way. */
export function foundIn(text: string, values: string[] = Object.values(planted)): string[] {
  const hex = (value: string) => Buffer.from(value).toString('hex')
  const base64 = (value: string) => Buffer.from(value).toString('base64').replace(/=+$/, '').slice(0, -2)
  return values.filter((value) => text.includes(value) || text.includes(hex(value)) || text.includes(base64(value)))
}

/** Hears everything that nodes tell each other. */
export async function overhear({ connection_string }: Pick<TestServer, 'connection_string'>) {
  const client = new pg.Client(connection_string)
  await client.connect()
  const heard: string[] = []
  client.on('notification', ({ payload }) => heard.push(payload ?? ''))
  await client.query(`listen ${channel}`)
  return { heard, [Symbol.asyncDispose]: () => client.end() }
}
