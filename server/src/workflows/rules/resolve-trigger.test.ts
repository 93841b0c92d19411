import type { TriggerConfig } from '@parley/contract'
import { expect, test } from 'vitest'
import { type ResolvedTrigger, resolveTrigger } from './resolve-trigger.ts'

const webhook = {
  type: 'webhook',
  methods: ['POST'],
  signature: null,
  dedupe: null,
  dedupe_hours: 24,
  respond: 'accepted',
}

test.each<[TriggerConfig, unknown]>([
  [{ type: 'manual' }, { type: 'manual' }],
  [{ type: 'ongoing_conversation' }, { type: 'ongoing_conversation' }],
  [
    { type: 'timer', cron: '0 9 * * *' },
    { type: 'timer', schedule: { cron: '0 9 * * *', timezone: 'UTC' }, missed: 'once', overlap: 'allow' },
  ],
  [
    { type: 'timer', cron: '0 9 * * *', timezone: 'Asia/Tokyo', missed: 'all', overlap: 'skip' },
    { type: 'timer', schedule: { cron: '0 9 * * *', timezone: 'Asia/Tokyo' }, missed: 'all', overlap: 'skip' },
  ],
  [{ type: 'webhook' }, webhook],
  [
    { type: 'webhook', methods: ['GET', 'PUT', 'GET'], dedupe: 'X-Event-Id', dedupe_hours: 1, respond: 'result' },
    { ...webhook, methods: ['GET', 'PUT'], dedupe: { header: 'x-event-id' }, dedupe_hours: 1, respond: 'result' },
  ],
  [
    { type: 'webhook', dedupe: 'body.id' },
    { ...webhook, dedupe: { expression: 'body.id' } },
  ],
  [{ type: 'webhook', dedupe: ' ' }, webhook],
  [
    { type: 'webhook', signature: { type: 'slack', secret: 'A' } },
    { ...webhook, signature: { type: 'slack', secret: 'A' } },
  ],
  [
    { type: 'webhook', signature: { type: 'hmac', secret: 'A', header: 'X-Sign' } },
    {
      ...webhook,
      signature: { type: 'hmac', secret: 'A', header: 'x-sign', algorithm: 'sha256', encoding: 'hex', prefix: '' },
    },
  ],
  [
    { type: 'event', events: ['*'] },
    { type: 'event', events: ['*'], agent_id: null, filter: null },
  ],
  [
    { type: 'event', events: ['turn.*'], agent_id: 'a', filter: 'x' },
    { type: 'event', events: ['turn.*'], agent_id: 'a', filter: 'x' },
  ],
  [{ type: 'post_call' }, { type: 'post_call', agent_ids: null, channels: null, custom_metadata: null }],
  [
    { type: 'post_call', agent_ids: ['a'], channels: ['text'], custom_metadata: { b: 1 } },
    { type: 'post_call', agent_ids: ['a'], channels: ['text'], custom_metadata: { b: 1 } },
  ],
  [{ type: 'pre_call' }, { type: 'pre_call', agent_ids: null }],
])('%j', (config, resolved) => expect(resolveTrigger(config)).toEqual(resolved as ResolvedTrigger))
