// A typed client for the API of Parley: `createClient` with a method for each operation, or `call` for one of them.
export { type CallArguments, type Caller, call } from './call.ts'
export { type Client, createClient } from './client.ts'
export { ApiError, ConnectionError, TimeoutError, isApiError, isUnanswered } from './errors.ts'
export * as operations from './generated/operations.ts'
export type * from './generated/types.ts'
export { type ListId, type RowOf, iterate } from './iterate.ts'
export type { OperationRef } from './operation.ts'
export { randomUuid } from './random-uuid.ts'
export type { CallOptions, ClientOptions, FileInput, Progress } from './request.ts'
export type {
  ConversationChangeEvent,
  ConversationStreamEvent,
  DatasetProgressEvent,
  Input,
  OperationId,
  OrganizationStreamEvent,
  Output,
  SuggestionStreamEvent,
  TurnStreamEvent,
  WorkflowStreamEvent,
} from './types.ts'
