// What callers of workflows were told, what the peer of their steps has received, and what is stored. The judge sees nothing else.
import type { Answer } from '../records.ts'

/** One execution that a client asks for, with a number that no other has. */
export interface SentStart {
  n: number
  /** The call is repeated with its key until it is answered. */
  is_keyed: boolean
  answers: Answer[]
  execution_id: string | null
  /** Of a call that waits. */
  told: { status: string; n: unknown } | null
}

export interface SentHook {
  /** What tells it apart. */
  n: number
  /** Of each answer. */
  execution_ids: string[]
  /** Statuses of answers that refuse it. */
  refusals: number[]
}

export interface SentResume {
  execution_id: string
  /** What the winner gives. */
  data: number
  answers: Answer[]
  has_won: boolean
}

export interface SentCancel {
  execution_id: string
  told: { status: string } | null
}

/** A time that a schedule was made due for. */
export interface Planted {
  trigger_id: string
  at: string
}

/** A request that has reached the peer. */
export interface Request {
  step: string
  key: string
  /** By the clock of the machine, which is the database's, too. */
  at: number
}

export interface SentFlows {
  starts: SentStart[]
  hooks: SentHook[]
  resumes: SentResume[]
  cancels: SentCancel[]
  retries: SentStart[]
  planted: Planted[]
  requests: Request[]
  /** When servers were stopped for a while. */
  stops: { from: number; to: number }[]
  /** What the invariants of W3 and W4 were found to be after a kill. */
  broken: string[]
}

export const noFlows = (): SentFlows => ({
  ...{ starts: [], hooks: [], resumes: [], cancels: [], retries: [], planted: [], requests: [], stops: [], broken: [] },
})

export interface StoredExecution {
  id: string
  status: string
  /** Of its input, if it has one. */
  n: unknown
  output_n: unknown
  error_code: string | null
  cancel_reason: string | null
  cause: string | null
  trigger_type: string
  call_id: string | null
  conversation_id: string | null
  retry_of: string | null
  finished_at: number | null
}

export interface StoredVisit {
  execution_id: string
  position: number
  step_id: string
  type: string
  status: string
  error_code: string | null
  is_sent: boolean
  /** Of a wait that is over by itself. */
  is_resumed: boolean | null
  started_at: number | null
  finished_at: number | null
  attempts: number
}

/** A conversation that a workflow precedes or follows. */
export interface StoredAround {
  conversation_id: string
  /** The agent: which of the workflows it has. */
  agent_id: string
  status: string
  is_ended: boolean
  tier: unknown
  starts: number
  /** By the clock of the database; null: nothing precedes it. */
  due_at: number | null
  is_applied: boolean
}

export interface StoredFires {
  trigger_id: string
  at: string
  started: number
}

export interface StoredFlows {
  executions: StoredExecution[]
  visits: StoredVisit[]
  around: StoredAround[]
  fires: StoredFires[]
  /** Of the schedule of each minute, in order. */
  minutes: number[]
  violations: string[]
}

/** The agents whose conversations start workflows. */
export interface FlowAgents {
  /** Before and after its conversations. */
  around: string
  /** A live trigger of the event of their end. */
  listening: string
  following: string
}
