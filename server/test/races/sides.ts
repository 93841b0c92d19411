// The two sides of a race: everything that changes a conversation while a turn runs, named after its commit.
import type { ConcurrencyRule } from '@parley/contract'
import type { ChangeName } from '../../src/conversations/commit/pause-points.ts'
import { type RaceNode, until } from './harness.ts'
import { type Answer, type Course, type Scene, answerOf, isAbandoned, sendMessage } from './scene.ts'

/** What a side does. */
export type Deed =
  | `message ${ConcurrencyRule}`
  | 'retry'
  | 'end cut'
  | 'end finish'
  | 'cancel'
  | 'delete'
  | 'update'
  | 'lease loss'
  | Progress

/** What the running attempt itself does next. */
type Progress = 'finish' | 'step' | 'tool result'

/** The deeds of every commit; none if it cannot meet a running turn. */
export const deedsOf: Record<ChangeName, readonly Deed[]> = {
  message: ['message queue', 'message merge', 'message interrupt', 'message reject'],
  retry: ['retry'],
  end: ['end cut', 'end finish'],
  cancel: ['cancel'],
  delete: ['delete'],
  update: ['update'],
  takeover: ['lease loss'],
  step: ['step'],
  tool_result: ['tool result'],
  result: ['finish'],
  // Only after the end: see after-end.test.ts.
  analysis: [],
  // Each with its own rules: see inactivity.test.ts, test/hand-off and test/workflows.
  inactivity: [],
  handling: [],
  hand_off: [],
  begin: [],
  purge: [],
}

export const changeOf = (deed: Deed): ChangeName =>
  (Object.keys(deedsOf) as ChangeName[]).find((change) => deedsOf[change].includes(deed))!

const courses: Record<Progress, Course> = { finish: 'reply', step: 'step', 'tool result': 'tool result' }

export const isProgress = (deed: Deed): deed is Progress => deed in courses

export const courseOf = (deed: Deed): Course | undefined => (isProgress(deed) ? courses[deed] : undefined)

/** Deeds that stop the running attempt before they begin their commit. */
export const halts = (deed: Deed): boolean =>
  deed === 'message interrupt' || deed === 'end cut' || deed === 'cancel' || deed === 'delete'

/**
 * Does the deed; returns the answer of its caller, or null without a caller. `text` is the text of a message, and distinguishes
 * the two sides.
 */
export function begin(deed: Deed, scene: Scene, node: RaceNode, text: string): Promise<Answer | null> {
  if (!isProgress(deed)) return ask(deed, scene, node, text)
  // An attempt that was stopped gets no further.
  return scene.goOn() ? scene.hello.then(() => null) : Promise.resolve(null)
}

function ask(deed: Exclude<Deed, Progress>, scene: Scene, { client, sweep }: RaceNode, text: string) {
  const { conversation_id, turn_id } = scene
  switch (deed) {
    case 'message queue':
    case 'message merge':
    case 'message interrupt':
    case 'message reject': {
      const parley_concurrency = deed.split(' ')[1] as ConcurrencyRule
      return sendMessage(client, conversation_id, text, { parley_concurrency })
    }
    case 'retry':
      return sendMessage(client, conversation_id, 'Old', { idempotency_key: scene.failed_key })
    case 'end cut':
    case 'end finish': {
      const mode = deed === 'end cut' ? 'cut' : 'finish'
      const ended = client.endConversation({ conversation_id, mode, prefer: 'wait=0' })
      return answerOf(ended.then(({ status }) => ({ status })))
    }
    case 'cancel': {
      const cancelled = client.cancelTurn({ conversation_id, turn_id })
      return answerOf(cancelled.then(({ status, outcome }) => ({ status, outcome })))
    }
    case 'delete':
      return answerOf(client.deleteConversation({ conversation_id }).then(() => ({ deleted: true })))
    case 'update': {
      const updated = client.updateConversation({ conversation_id, custom_metadata: { [text]: true } })
      return answerOf(updated.then(({ custom_metadata }) => ({ noted: custom_metadata?.[text] })))
    }
    case 'lease loss':
      return sweep()
        .then(() => until(async () => !(await isAbandoned(scene)), 'the turn is taken up, or over'))
        .then(() => null)
  }
}
