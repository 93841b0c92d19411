// The peer of the steps of workflows: records every request with its key, and answers some of them late.
import { type ToolPeer, answerJson, startToolPeer } from '../../support/tool-peer.ts'
import type { Random } from '../random.ts'
import { hanging } from './definitions.ts'
import type { Request } from './records.ts'

/** Later than the workflow may take. */
const hang_ms = 4000

export async function startStepPeer(random: Random, requests: Request[]): Promise<ToolPeer> {
  const peer = await startToolPeer()
  peer.answer = ({ url, key = '' }, response) => {
    peer.requests.length = 0
    requests.push({ step: url.slice(1), key, at: Date.now() })
    const after_ms = url === hanging ? hang_ms : random.pick([0, 0, 0, 20, 100, 400])
    setTimeout(() => answerJson(response, { key }), after_ms)
  }
  return peer
}
