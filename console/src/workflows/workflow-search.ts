// The search parameters of the pages about workflows and their executions. Pure.
import { type ExecutionStatus, type TriggerType, executionStatuses, triggerTypes } from '@parley/contract'

export const workflowSections = ['editor', 'triggers', 'executions', 'versions', 'settings'] as const
export type WorkflowSection = (typeof workflowSections)[number]

export interface WorkflowsSearch {
  name?: string
}

export interface WorkflowSearch {
  section?: WorkflowSection
  /** The one that is shown or edited; absent: the newest. */
  version?: number
  /** The versions that are compared: the first with `version`. */
  from?: number
  /** The step whose form is open at first. */
  step?: string
}

export interface ExecutionsSearch {
  status?: ExecutionStatus
  trigger_type?: TriggerType
  workflow_id?: string
  version?: number
  conversation_id?: string
  is_test?: 'true'
  created_after?: string
  created_before?: string
}

type Search = Record<string, unknown>

const oneOf = <T extends string>(all: readonly T[], value: unknown): T | undefined => all.find((one) => one === value)
const readText = (value: unknown) =>
  typeof value === 'string' && value.trim() !== '' ? value.slice(0, 200) : undefined
const readNumber = (value: unknown) => (/^[1-9]\d{0,8}$/.test(String(value)) ? Number(value) : undefined)
const readTime = (value: unknown) =>
  typeof value === 'string' && !Number.isNaN(Date.parse(value)) ? new Date(value).toISOString() : undefined

/** Leaves out what is undefined. */
const present = <T extends object>(search: { [Key in keyof T]: T[Key] | undefined }): T =>
  Object.fromEntries(Object.entries(search).filter(([, value]) => value !== undefined)) as T

export const readWorkflowsSearch = ({ name }: Search): WorkflowsSearch => present({ name: readText(name) })

export const readWorkflowSearch = (search: Search): WorkflowSearch =>
  present({
    section: oneOf(workflowSections, search['section']),
    version: readNumber(search['version']),
    from: readNumber(search['from']),
    step: readText(search['step']),
  })

export const readExecutionsSearch = (search: Search): ExecutionsSearch =>
  present({
    status: oneOf(executionStatuses, search['status']),
    trigger_type: oneOf(triggerTypes, search['trigger_type']),
    workflow_id: readText(search['workflow_id']),
    version: readNumber(search['version']),
    conversation_id: readText(search['conversation_id']),
    is_test: search['is_test'] === 'true' ? 'true' : undefined,
    created_after: readTime(search['created_after']),
    created_before: readTime(search['created_before']),
  })

/** As `listWorkflowExecutions` takes them. */
export function filtersOf({ status, is_test, ...rest }: ExecutionsSearch) {
  return { ...rest, ...(status ? { status: [status] } : {}), ...(is_test ? { is_test: true } : {}) }
}

export const isFiltered = (search: ExecutionsSearch) => Object.keys(search).length > 0
