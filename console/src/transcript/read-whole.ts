// A conversation with its whole transcript, which takes several responses if it is large.
import type { Conversation } from '@parley/contract'

/** Each has up to 4 MiB, unless the server is configured differently. */
export const parts_at_most = 16

type ReadPart = (start: { items_from?: number }) => Promise<Conversation>

/** `next_position` is still set if there are more parts than this reads. */
export async function readWhole(readPart: ReadPart): Promise<Conversation> {
  const first = await readPart({})
  let transcript = first.conversation
  for (let parts = 1; transcript?.next_position !== undefined && parts < parts_at_most; parts += 1) {
    const { conversation } = await readPart({ items_from: transcript.next_position })
    if (conversation) transcript = { ...conversation, items: [...transcript.items, ...conversation.items] }
    else break
  }
  return transcript ? { ...first, conversation: transcript } : first
}
