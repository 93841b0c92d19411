// The texts of the page of a conversation, and of its export.
import type { Output } from '@parley/sdk'
import { formatCount, formatNumber } from '../base/format.ts'

type DeliveryStatus = Output<'listConversationDeliveries'>['data'][number]['status']

const deliveryStatuses: Record<DeliveryStatus, string> = {
  pending: 'Waiting',
  delivered: 'Delivered',
  failed: 'Failed',
}

export const conversationTexts = {
  title: (user: string) => `Conversation with ${user}`,
  back: 'Inbox',
  details: 'Details',
  showDetails: 'Show details',
  actions: {
    end: 'End',
    cancelTurn: 'Cancel reply',
    cancelled: 'Reply cancelled',
    remove: 'Delete',
    export: 'Export',
    exportJson: 'JSON',
    exportPage: 'Readable page',
    more: 'More',
    copyId: 'Copy ID',
    idCopied: 'ID copied',
  },
  deleteDialog: {
    title: 'Delete this conversation?',
    text: 'Its transcript, summary and metadata are deleted permanently. If it is active, it is ended first.',
    submit: 'Delete permanently',
    done: 'Conversation deleted',
  },
  section: {
    who: 'Conversation',
    end: 'End',
    analysis: 'Analysis',
    metadata: 'Metadata',
    context: 'Initial context',
    events: 'Events',
  },
  facts: {
    id: 'ID',
    status: 'Status',
    agent: 'Agent',
    version: 'Version',
    endUser: 'End user',
    channel: 'Channel',
    direction: 'Direction',
    agentNumber: 'Agent number',
    webWidget: 'Web widget',
    trunk: 'Trunk',
    started: 'Started',
    lastActivity: 'Last activity',
    ended: 'Ended',
    duration: 'Duration',
    turns: 'Turns',
    why: 'Why',
    by: 'By',
    reason: 'Reason',
    state: 'State',
    summary: 'Summary',
  },
  endedByType: { credential: 'API key', user: 'Member', agent: 'Agent', system: 'Parley' },
  analysis: {
    none: 'Not requested',
    queued: 'Waiting',
    running: 'Running',
    done: 'Done',
    skipped: 'Skipped',
    failed: 'Failed',
  },
  analysisActions: {
    again: 'Run again',
    first: 'Run analysis',
    queued: 'Analysis queued',
  },
  noMetadata: 'None',
  noEvents: 'No events yet.',
  deliveries: {
    title: 'Webhook deliveries',
    none: 'No webhook has received anything about this conversation.',
    failed: 'Could not load the deliveries.',
    more: 'Show older deliveries',
    statuses: deliveryStatuses,
    tries: (count: number) => formatCount(count, 'attempt', 'attempts'),
    unknownEndpoint: 'An endpoint that you cannot see',
    noTry: 'No attempts yet.',
    answered: (status: number) => `Answered ${status}`,
    noAnswer: 'No answer',
    again: 'Send again',
    now: 'Send now',
    sent: 'Delivery queued',
    lastTries: 'Attempts',
    answer: 'Answer',
  },
  transcriptCut: (count: number) =>
    `This transcript is too long to show in full. These are its first ${formatNumber(count)} entries.`,
  turnsCut: (count: number) =>
    `This conversation has more than ${formatNumber(count)} turns. Failures of later turns are not shown here.`,
  exported: {
    at: (time: string) => `Exported from Parley on ${time}.`,
    toolCall: (name: string) => `Tool ${name}`,
    showed: (widget: string) => `Showed a widget: ${widget}`,
  },
} as const
