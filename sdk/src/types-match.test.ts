// The generated types are those that the contract infers from its schemas. Checked by the compiler; the test only names what it checks.
import type * as contract from '@parley/contract'
import { operations as all } from '@parley/contract'
import { expect, test } from 'vitest'
import * as sdk from './index.ts'

type Same<A, B> = [A] extends [B] ? ([B] extends [A] ? true : false) : false
/** A file may be a stream too, which the contract does not know. */
type WithFile<T> = T extends { file: Blob } ? Omit<T, 'file'> & { file: sdk.FileInput } : T
/** The contract infers `unknown` where there is no input. */
type Taken<Id extends sdk.OperationId> =
  unknown extends contract.Input<Id> ? sdk.Input<Id> : WithFile<contract.Input<Id>>
type Plain<Id extends sdk.OperationId> =
  contract.Output<Id> extends void ? contract.Output<Id> | Response : contract.Output<Id>

type OtherInputs = {
  [Id in sdk.OperationId]: Same<sdk.Input<Id>, Taken<Id>> extends true ? never : Id
}[sdk.OperationId]
type OtherOutputs = {
  [Id in sdk.OperationId]: [sdk.Output<Id>] extends [Plain<Id>]
    ? [contract.Output<Id>] extends [sdk.Output<Id> | void]
      ? never
      : Id
    : Id
}[sdk.OperationId]

interface Checks {
  inputs: [OtherInputs] extends [never] ? true : OtherInputs
  outputs: [OtherOutputs] extends [never] ? true : OtherOutputs
  ids: Same<sdk.OperationId, contract.OperationId>
  codes: Same<sdk.ErrorCode, contract.ErrorCode>
  turn_events: Same<sdk.TurnStreamEvent, contract.TurnStreamEvent>
  conversation_events: Same<sdk.ConversationStreamEvent, contract.ConversationStreamEvent>
  change_events: Same<sdk.ConversationChangeEvent, contract.ConversationChangeEvent>
  organization_events: Same<sdk.OrganizationStreamEvent, contract.OrganizationStreamEvent>
  progress_events: Same<sdk.DatasetProgressEvent, contract.DatasetProgressEvent>
  suggestion_events: Same<sdk.SuggestionStreamEvent, contract.SuggestionStreamEvent>
  execution_events: Same<sdk.WorkflowStreamEvent, contract.WorkflowStreamEvent>
}
const checks: Checks = {
  inputs: true,
  outputs: true,
  ids: true,
  codes: true,
  turn_events: true,
  conversation_events: true,
  change_events: true,
  organization_events: true,
  progress_events: true,
  suggestion_events: true,
  execution_events: true,
}

test('the generated types are those of the contract', () => {
  expect(Object.values(checks)).not.toContain(false)
  expect(Object.keys(sdk.operations).sort()).toEqual(Object.keys(all).sort())
})
