// Texts that only the page of a conversation says.
import type { Output } from '@parley/sdk'

type DeliveryStatus = Output<'listConversationDeliveries'>['data'][number]['status']

const deliveryStatuses: Record<DeliveryStatus, string> = {
  pending: 'Waiting',
  delivered: 'Delivered',
  failed: 'Failed',
}

export const conversationTexts = {
  analysis: {
    again: 'Run again',
    first: 'Run the analysis',
    asked: 'The analysis is queued',
  },
  deliveries: {
    title: 'Webhook deliveries',
    none: 'No webhook endpoint was sent anything of this conversation.',
    failed: 'They could not be loaded.',
    more: 'Show older ones',
    statuses: deliveryStatuses,
    tries: (count: number) => (count === 1 ? '1 try' : `${count} tries`),
    endpoint: 'Endpoint',
    unknownEndpoint: 'An endpoint that cannot be read',
    noTry: 'It has not been tried yet.',
    answered: (status: number) => `Answered ${status}`,
    noAnswer: 'No answer',
    again: 'Send again',
    now: 'Try now',
    sent: 'It is about to be sent again',
    lastTries: 'Tries',
    answer: 'Answer',
  },
  transcriptCut: (count: number) =>
    `This transcript is too long to be shown whole: these are its first ${count.toLocaleString('en')} entries.`,
  turnsCut: (count: number) =>
    `This conversation has more than ${count.toLocaleString('en')} turns; failures of later ones are not shown here.`,
} as const
