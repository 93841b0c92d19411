// Calls an operation by its id.
import type { Client, Input, OperationId } from '@parley/sdk'

type OnResponse = (response: Response) => void
type AnyCall = (input: object, options: { onResponse: OnResponse }) => Promise<unknown>

/** Returns nothing for a stream, which is read to its end; one that has none, until its first event. */
export async function callOperation(client: Client, id: OperationId, input: object, onResponse: OnResponse = () => {}) {
  if (id === 'streamDatasetProgress') {
    const progress = client.streamDatasetProgress(input as Input<'streamDatasetProgress'>, { onResponse })
    await progress.next()
    await progress.return(undefined)
    return undefined
  }
  if (id === 'suggestReply') {
    const suggested = client.suggestReply(input as Input<'suggestReply'>, { onResponse })
    for (let next = await suggested.next(); !next.done;) next = await suggested.next()
    return undefined
  }
  if (id === 'streamExecutionEvents') {
    const events = client.streamExecutionEvents(input as Input<'streamExecutionEvents'>, { onResponse })
    for (let next = await events.next(); !next.done;) next = await events.next()
    return undefined
  }
  if (id !== 'streamConversationEvents') return (client[id as keyof Client] as AnyCall)(input, { onResponse })
  const events = client.streamConversationEvents(input as Input<'streamConversationEvents'>, { onResponse })
  for (let next = await events.next(); !next.done;) next = await events.next()
  return undefined
}
