// How long a connection may keep data that its client does not read or end, with a socket that the test fills and drains.
import { EventEmitter } from 'node:events'
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import { describe, expect, test } from 'vitest'
import { Connection } from './connection.ts'

function makeSocket() {
  const socket = { writableLength: 0, writable: true, bytesRead: 100, _handle: { bytesWritten: 0, writeQueueSize: 0 } }
  const connection = new Connection(socket as unknown as Socket)
  const judge = (looks: number) => Array.from({ length: looks }, () => connection.judge())
  return { socket, connection, judge }
}

function makeExchange(connection: Connection, isComplete = true) {
  const request = { complete: isComplete, resumed: false, resume: () => void (request.resumed = true) }
  const response = Object.assign(new EventEmitter(), { headersSent: false })
  const begin = () => connection.begin(request as unknown as IncomingMessage, response as unknown as ServerResponse)
  return { request, response, begin }
}

const fine = (looks: number) => Array.from({ length: looks }, () => null)

describe('an answer', () => {
  test('that is not read is abandoned after six more checks', () => {
    const { socket, judge } = makeSocket()
    socket.writableLength = 1
    expect(judge(7)).toEqual([...fine(6), 'answer_not_read'])
  })

  test.each([
    [16_383, 'answer_not_read'],
    [16_384, null],
  ])('of which %i bytes are read in that time: %s', (taken, fault) => {
    const { socket, judge } = makeSocket()
    socket.writableLength = 5_000_000
    socket._handle = { bytesWritten: 5_000_000, writeQueueSize: 4_000_000 }
    expect(judge(6)).toEqual(fine(6))
    socket._handle.writeQueueSize -= taken
    expect(judge(1)).toEqual([fault])
  })

  test('is measured again each time, so a good start is not enough', () => {
    const { socket, judge } = makeSocket()
    socket.writableLength = 5_000_000
    socket._handle = { bytesWritten: 5_000_000, writeQueueSize: 5_000_000 }
    judge(1)
    socket._handle.writeQueueSize = 1
    expect(judge(6)).toEqual(fine(6))
    expect(judge(6)).toEqual([...fine(5), 'answer_not_read'])
  })

  test('that is completely read between two checks starts again, and one that is not written yet is waited for', () => {
    const { socket, judge } = makeSocket()
    socket.writableLength = 1
    judge(6)
    socket.writableLength = 0
    expect(judge(100)).toEqual(fine(100))
    socket.writableLength = 1
    expect(judge(6)).toEqual(fine(6))
  })
})

describe('a request', () => {
  test('that continues after its response may do so for one check, and its rest is discarded', () => {
    const { connection, judge } = makeSocket()
    const { request, response, begin } = makeExchange(connection, false)
    expect(begin()).toBe(true)
    expect(judge(10)).toEqual(fine(10))
    response.emit('close')
    expect(request.resumed).toBe(true)
    expect(judge(2)).toEqual([null, 'request_not_ended'])
  })

  test('that ends in time has no effect', () => {
    const { connection, judge } = makeSocket()
    const { request, response, begin } = makeExchange(connection, false)
    begin()
    response.emit('close')
    expect(judge(1)).toEqual([null])
    request.complete = true
    expect(judge(10)).toEqual(fine(10))
  })

  test('is one of sixteen that may be open at once', () => {
    const { connection } = makeSocket()
    const exchanges = Array.from({ length: 17 }, () => makeExchange(connection))
    expect(exchanges.map(({ begin }) => begin())).toEqual([...Array.from({ length: 16 }, () => true), false])
    exchanges[0]!.response.emit('close')
    expect(exchanges[16]!.begin()).toBe(true)
  })
})

describe('malformed data gets a response', () => {
  test('if it comes first, or after an answered request', () => {
    const { connection } = makeSocket()
    expect(connection.isAnswerable).toBe(true)
    const { response, begin } = makeExchange(connection)
    begin()
    response.emit('close')
    expect(connection.isAnswerable).toBe(true)
  })

  test('if it is part of the only open request', () => {
    const { connection } = makeSocket()
    const { response, begin } = makeExchange(connection, false)
    begin()
    expect(connection.isAnswerable).toBe(true)
    response.headersSent = true
    expect(connection.isAnswerable).toBe(false)
  })

  test('but not if it is the rest of a request that was answered before it had ended', () => {
    const { connection } = makeSocket()
    const { request, response, begin } = makeExchange(connection, false)
    begin()
    response.emit('close')
    expect(connection.isAnswerable).toBe(false)
    request.complete = true
    expect(connection.isAnswerable).toBe(true)
  })

  test('but not if the client would take it for another response, or has sent nothing', () => {
    const { connection } = makeSocket()
    makeExchange(connection).begin()
    expect(connection.isAnswerable).toBe(false)
    const silent = makeSocket()
    silent.socket.bytesRead = 0
    expect(silent.connection.isAnswerable).toBe(false)
  })
})
