import type { RequestListener } from 'node:http'
import { onTestFinished } from 'vitest'
import { startHttpServer } from './http-server.ts'

/** The address of a real HTTP server that stops when the test is over. */
export async function serve(answer: RequestListener): Promise<string> {
  const server = await startHttpServer(answer)
  onTestFinished(() => server[Symbol.asyncDispose]())
  return server.url
}
