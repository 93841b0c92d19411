// Whom a hand-off asks, and for how long it waits: the seam between conversations and teams. Where no team is asked, the defaults of a
// team hold, and everybody with `conversations:reply` sees what waits.
import { teamDefaults } from '@parley/contract'
import { Temporal } from 'temporal-polyfill'
import type { Core } from '../calls/core.ts'
import type { People, WaitAsked } from '../conversations/conversations.ts'
import type { RuleMessage } from '../conversations/machine/change.ts'
import type { WaitPlan } from '../conversations/machine/handling-decisions.ts'
import { isOpenAt, nextOpening } from '../conversations/machine/open-hours.ts'
import type { Store } from '../database/store.ts'
import { describeTemplateFault, logTemplateFault } from '../templates/faults.ts'
import { TemplateError, renderTemplate } from '../templates/templates.ts'
import { estimateWait } from './facts.ts'
import { countWaiting } from '../conversations/read/handling.ts'
import { rulesWithoutTeam, waitWithoutTeam } from './rules/default-team.ts'
import { type AskedTeam, rulesOfTeam } from './rules/team-settings.ts'
import { findAskedTeam, findTeamId } from './teams/rows.ts'

/** What templates of waits can say. */
export interface WaitVariables {
  team: string
  position: number
  /** The local time of the team, such as `2026-01-05 09:00`; empty: it is open, or nothing says so. */
  opens_at: string
}

type Services = Pick<Core, 'ports' | 'log'>

export function createPeople(core: Services): People {
  return {
    async planWait({ store, conversation, config, team }: WaitAsked) {
      const asked = await findAskedTeam(store, team ?? config.hand_off.team)
      return asked ? planOfTeam(core, store, conversation, asked) : planWithoutTeam(core, store, conversation)
    },
    estimateWait,
    hasTeam: async (store, key) => (await findTeamId(store, key)) !== null,
  }
}

type Waiting = { id: string }

async function planWithoutTeam(core: Services, store: Store, conversation: Waiting): Promise<WaitPlan> {
  const { max_seconds, message } = waitWithoutTeam
  const variables = { team: '', position: await positionIn(store, null, message), opens_at: '' }
  const text = renderWaitMessage(core, message, variables, conversation)
  return { rules: rulesWithoutTeam, max_seconds, message: text, declines: null }
}

async function planOfTeam(
  core: Services,
  store: Store,
  conversation: Waiting,
  team: AskedTeam & { now: string },
): Promise<WaitPlan> {
  const { id, name, settings, now } = team
  const { business_hours, outside_hours, wait } = settings
  const isOpen = isOpenAt(business_hours, now)
  const opens_at = nextOpening(business_hours, now)
  const { message } = isOpen ? wait : outside_hours
  const { message: usual } = isOpen ? teamDefaults.wait : teamDefaults.outside_hours
  const variables = {
    team: name,
    position: await positionIn(store, id, message),
    opens_at: opens_at && business_hours ? localTime(opens_at, business_hours.time_zone) : '',
  }
  return {
    rules: rulesOfTeam(team, now),
    max_seconds: isOpen ? wait.max_seconds : outside_hours.max_wait_seconds,
    message: renderWaitMessage(core, message, variables, conversation, usual),
    declines: !isOpen && outside_hours.action === 'decline' ? { opens_at } : null,
  }
}

/** Counted only for a message that says it. */
async function positionIn(store: Store, team_id: string | null, message: string | null): Promise<number> {
  return 1 + (message?.includes('position') ? await countWaiting(store, team_id) : 0)
}

function localTime(time: string, time_zone: string): string {
  const local = Temporal.Instant.from(time).toZonedDateTimeISO(time_zone).toPlainDateTime()
  return local.toString({ smallestUnit: 'minute' }).replace('T', ' ')
}

/** Null if there is nothing to say. A template that fails does not keep people from being asked: `usual` is said instead. */
export function renderWaitMessage(
  { ports, log }: Services,
  template: string | null,
  variables: WaitVariables,
  { id: conversation_id }: { id: string },
  usual: string | null = null,
): RuleMessage | null {
  if (template === null) return null
  try {
    const text = renderTemplate(template, { ...variables })
    return text.trim() === '' ? null : { message_id: ports.newId(), text }
  } catch (error) {
    if (!(error instanceof TemplateError)) throw error
    logTemplateFault(log, { conversation_id, path: 'wait.message', reason: describeTemplateFault(error) })
    return usual === null ? null : { message_id: ports.newId(), text: usual }
  }
}
