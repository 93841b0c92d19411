// What starts and messages use up, and for how long. Pure.
import type { WebWidgetLimits, WidgetLimit } from '@parley/contract'

/** One of a limit, for an address, a visitor or a conversation, counted from its first use. */
export interface Allowance {
  limit: WidgetLimit
  /** What it is counted for. */
  of: string
  most: number
  seconds: number
}

const minute = 60
const hour = 3600
const day = 86_400

export function allowancesOfStart(
  limits: WebWidgetLimits,
  { network, user_id }: { network: string; user_id: string },
): [Allowance, Allowance] {
  const { conversations_per_address_hour, conversations_per_visitor_day } = limits
  return [
    { limit: 'conversations_per_address_hour', of: network, most: conversations_per_address_hour, seconds: hour },
    { limit: 'conversations_per_visitor_day', of: user_id, most: conversations_per_visitor_day, seconds: day },
  ]
}

export function allowancesOfMessage(
  limits: WebWidgetLimits,
  { network, conversation_id }: { network: string; conversation_id: string },
): Allowance[] {
  const { messages_per_address_minute: of_address, messages_per_conversation_minute: of_conversation } = limits
  return [
    { limit: 'messages_per_address_minute', of: network, most: of_address, seconds: minute },
    { limit: 'messages_per_conversation_minute', of: conversation_id, most: of_conversation, seconds: minute },
  ]
}

/** Of `captcha.when: suspicious`: what an address may start in an hour before it is asked. */
export const unsuspicious_starts = 2

export function needsCaptcha(when: 'always' | 'suspicious', starts_of_address: number): boolean {
  return when === 'always' || starts_of_address >= unsuspicious_starts
}

/** Where an active conversation must end first, it is unknown when that will be. */
export const wait_for_end_seconds = 60
/** A full conversation stays full. */
export const wait_of_full_conversation_seconds = day

export function secondsToMidnight(now_ms: number): number {
  return Math.max(1, Math.ceil(day - ((now_ms / 1000) % day)))
}

/** How long until a cap lets through again. */
export function waitOfCap(limit: WidgetLimit, now_ms: number): number {
  return limit === 'active_conversations' ? wait_for_end_seconds : secondsToMidnight(now_ms)
}
