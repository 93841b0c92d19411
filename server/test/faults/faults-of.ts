// Describes what is wrong with a conversation after a fault: compares the guarantees with the answers that its client got.
import { setTimeout as delay } from 'node:timers/promises'
import { ApiError } from '@parley/sdk'
import type { Outcome, Talk } from './talk.ts'

type Found = (isRight: boolean, fault: string) => void
interface Stored {
  items: Awaited<ReturnType<Talk['items']>>
  turns: Awaited<ReturnType<Talk['turns']>>
  events: Awaited<ReturnType<Talk['events']>>
}

export async function faultsOf(talk: Talk): Promise<string[]> {
  const faults: string[] = []
  const check: Found = (isRight, fault) => void (isRight || faults.push(fault))
  const stored = { items: await talk.items(), turns: await talk.turns(), events: await talk.events() }
  for (const { text, repeats, outcome } of talk.sent) {
    const unanswered: Outcome = { error: 'not at all' }
    const told = await Promise.race([outcome, delay(100, unanswered)])
    checkMessage(talk, stored, { text, repeats, told }, check)
  }
  checkTurns(talk, stored, check)
  checkOrder(talk, stored, check)
  return faults
}

/** T1, T9: the answers about it are true. */
function checkMessage(
  talk: Talk,
  { items }: Stored,
  { text, repeats, told }: { text: string; repeats: boolean; told: Outcome },
  check: Found,
): void {
  const stored = items.filter((item) => item.role === 'user' && item.text === text)
  const error = told.error instanceof ApiError ? told.error : null
  const answer = error ? `${error.status} ${error.code}` : String(told.error ?? 200)
  const turn_id = told.reply?.turn_id ?? error?.turn_id
  check(stored.length <= 1, `T1: "${text}" is stored ${stored.length} times`)
  check(!repeats || answer === '200', `T9: "${text}", repeated, was answered ${answer}`)
  if (turn_id) {
    // If its turn failed and was tried again, another turn has the message.
    const isThere = repeats && talk.mayFail ? stored.length === 1 : stored[0]?.turn_id === turn_id
    check(isThere, `T1: "${text}" was answered ${answer} with a turn, and is not stored`)
  } else if (!talk.mayBeUnknown || answer !== '500 outcome_unknown') {
    check(answer === '503 unavailable', `"${text}" was answered ${answer}, without a turn`)
    check(stored.length === 0, `T1: "${text}" was answered ${answer}, and is stored`)
  }
  if (told.reply) {
    const said = items.filter((item) => item.turn_id === turn_id && item.role === 'assistant').map((item) => item.text)
    check(said.join('') === told.reply.reply, `T2: "${text}" was answered "${told.reply.reply}", stored is "${said}"`)
  }
}

/**
 * T2: each message has one turn that is to answer it, or several in sequence of which all but the last failed; each turn has
 * one end.
 */
function checkTurns(talk: Talk, { items, turns }: Stored, check: Found): void {
  const outcomes = /^(reply|cancelled_by_caller|superseded|conversation_ended)$/
  const failures = /^(model_error|timed_out)$/
  for (const { id, outcome, messages_of } of turns) {
    const said = items.filter(({ turn_id, role }) => turn_id === id && role === 'assistant')
    const isReply = outcome === 'reply'
    const isRight = said.length === 1 ? said[0]!.interrupted !== isReply : said.length === 0 && !isReply
    check(isRight, `T2: a turn with the outcome ${outcome} has said ${said.map(({ text }) => `"${text}"`).join(', ')}`)
    const asked = items.find(({ turn_id, role }) => turn_id === (messages_of ?? id) && role === 'user')
    check(asked !== undefined, 'T2: a turn without a message')
    check(
      said.every(({ position }) => position > (asked?.position ?? 0)),
      'T2: a reply stands before its message',
    )
    const isExpected = outcomes.test(outcome) || (talk.mayFail && failures.test(outcome))
    check(isExpected, `a turn ended as ${outcome}`)
  }
  for (const { role, text, turn_id } of items.filter((item) => item.role === 'user')) {
    const tries = turns.filter(({ id, messages_of }) => (messages_of ?? id) === turn_id)
    const last = tries.findIndex(({ outcome }) => !failures.test(outcome))
    check(tries.length > 0, `T2: no turn answers the ${role}'s "${text}"`)
    check(last === -1 || last === tries.length - 1, `T2: "${text}" was tried again after its answer`)
  }
}

/** T4, T5: no gaps, no duplicates, nothing after the end but what is reported about it. */
function checkOrder(talk: Talk, { items, events }: Stored, check: Found): void {
  const count = (type: string) => events.filter((event) => event.type === type).length
  const isInRow = events.every(({ sequence }, index) => sequence === index + 1)
  check(items.every(({ position }, index) => position === index) && isInRow, 'T4: there are gaps')
  check(count('message.created') === items.length, `${count('message.created')} events for ${items.length} items`)
  check(count('conversation.ended') === Number(talk.isEnded), `it ended ${count('conversation.ended')} times`)
  const end = events.findIndex(({ type }) => type === 'conversation.ended')
  const after = end === -1 ? [] : events.slice(end + 1).filter(({ type }) => type !== 'conversation.analyzed')
  check(after.length === 0, `T5: after the end came ${after.map(({ type }) => type).join(', ')}`)
}
