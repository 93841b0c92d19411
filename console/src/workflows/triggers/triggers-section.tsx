// The triggers of a workflow: whether each is on, when it comes due, its address, and what it did.
import type { WorkflowTrigger } from '@parley/contract'
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { holdsAny } from '../../session/rights.ts'
import { useSession } from '../../session/session-context.ts'
import { PagedList } from '../../settings/paged-table.tsx'
import { Section } from '../../settings/settings-page.tsx'
import { useChange } from '../../settings/use-change.ts'
import { usePages } from '../../settings/use-pages.ts'
import { Button } from '../../ui/button.tsx'
import { CopyField } from '../../ui/copy-field.tsx'
import { Disclosure } from '../../ui/disclosure.tsx'
import { Facts } from '../../ui/facts.tsx'
import { AskDialog } from '../../settings/ask-dialog.tsx'
import { type Definition, findStep, isObject } from '../definition/definition.ts'
import { formTexts } from '../editor/form-texts.ts'
import { stepTexts } from '../step-texts.ts'
import { type Workflow, versionQuery } from '../use-workflow.ts'
import { FireDialog } from './fire-dialog.tsx'
import { Fires } from './fires.tsx'
import { triggerTexts as words } from './texts.ts'

const later_ms = 15_000

export function TriggersSection({ workflow }: { workflow: Workflow }) {
  const { client } = useSession()
  const { id: workflow_id, live_version } = workflow
  const query = usePages<WorkflowTrigger>(
    ['workflow-triggers', workflow_id],
    (page, call) => client.listWorkflowTriggers({ workflow_id, ...page }, call),
    { lookAgain: () => later_ms },
  )
  return (
    <>
      {live_version === null && query.rows.length > 0 && (
        <p className="rounded-lg bg-warn-wash px-4 py-2.5 text-warn">{words.offline}</p>
      )}
      <PagedList query={query} empty={words.empty}>
        {(rows) => rows.map((trigger) => <OneTrigger key={trigger.id} trigger={trigger} />)}
      </PagedList>
    </>
  )
}

function OneTrigger({ trigger }: { trigger: WorkflowTrigger }) {
  const { type, step_id, cron, timezone, live, paused } = trigger
  const config = useConfig(trigger)
  const name = stepTexts.triggers[type]
  return (
    <Section title={name} intro={state(trigger)} action={<Actions trigger={trigger} />}>
      <div className="flex flex-col gap-3 p-4">
        <Facts
          rows={[
            [words.step, <code key="step">{step_id}</code>],
            [words.cron, cron === null ? null : <code key="cron">{cron}</code>],
            [words.signature, type === 'webhook' ? signatureOf(config) : null],
          ]}
        />
        {type === 'webhook' && (
          <>
            {trigger.url ? (
              <CopyField label={words.url} value={trigger.url} />
            ) : (
              <p className="text-xs text-faint">{words.noUrl}</p>
            )}
          </>
        )}
        {type === 'timer' && live && !paused && <NextTimes trigger={trigger} timezone={timezone ?? 'UTC'} />}
        <Disclosure
          summary={<summary className="w-fit rounded px-1 font-medium hover:bg-hover">{words.firesOf(name)}</summary>}
        >
          <Fires trigger={trigger} />
        </Disclosure>
      </div>
    </Section>
  )
}

const state = ({ live, paused }: WorkflowTrigger) =>
  live ? (paused ? words.state.paused : words.state.live) : words.state.offline

/** As the version has it that is live, or was last. */
function useConfig({ workflow_id, version, step_id, type }: WorkflowTrigger) {
  const { data } = useQuery({
    ...versionQuery(useSession(), workflow_id, String(version)),
    enabled: type === 'webhook',
  })
  const definition = data?.definition as unknown as Definition | undefined
  return definition && findStep(definition, step_id)?.config
}

function signatureOf(config: Definition['nodes'][number]['config'] | undefined): string | null {
  if (!config) return null
  const signature = config['signature']
  if (!isObject(signature)) return words.unsigned
  const kind = formTexts.trigger.signatures[signature['type'] as keyof typeof formTexts.trigger.signatures]
  return words.signedBy(kind, String(signature['secret'] ?? ''))
}

function NextTimes({ trigger: { id: trigger_id, next_at }, timezone }: { trigger: WorkflowTrigger; timezone: string }) {
  const { client } = useSession()
  const { data } = useQuery({
    queryKey: ['workflow-triggers', 'next', trigger_id, next_at],
    queryFn: ({ signal }) => client.getWorkflowTrigger({ trigger_id }, { signal }),
  })
  const times = data?.next_times ?? []
  const format = new Intl.DateTimeFormat('en', {
    timeZone: timezone,
    ...{ weekday: 'short', day: 'numeric', month: 'short', hour: '2-digit', minute: '2-digit', hourCycle: 'h23' },
  })
  return (
    <section aria-label={words.next} className="rounded-md bg-sunken px-3 py-2">
      <h3 className="text-xs text-faint">{words.nextIn(timezone)}</h3>
      <ol className="numeric">
        {times.map((time) => (
          <li key={time}>
            <time dateTime={time}>{format.format(new Date(time))}</time>
          </li>
        ))}
      </ol>
      {data && times.length === 0 && <p>{words.noNext}</p>}
    </section>
  )
}

type Asked = 'fire' | 'rotate'

function Actions({ trigger }: { trigger: WorkflowTrigger }) {
  const session = useSession()
  const { client } = session
  const { id: trigger_id, workflow_id, type, live, paused } = trigger
  const [asked, setAsked] = useState<Asked | null>(null)
  const keys = [['workflow-triggers']] as const
  const change = useChange(...keys)
  const mayManage = holdsAny(session, ['workflows:manage'])
  return (
    <div className="flex flex-wrap gap-2">
      {mayManage && type === 'webhook' && (
        <Button icon="again" onClick={() => setAsked('rotate')}>
          {words.rotate}
        </Button>
      )}
      {mayManage && (
        <Button
          onClick={() =>
            void change(
              client.updateWorkflowTrigger({ trigger_id, paused: !paused }),
              paused ? words.resumed : words.paused,
            )
          }
        >
          {paused ? words.resume : words.pause}
        </Button>
      )}
      {live && holdsAny(session, ['workflows:execute', 'workflows:manage']) && (
        <Button icon="play" onClick={() => setAsked('fire')}>
          {words.fire}
        </Button>
      )}
      {asked === 'rotate' && (
        <AskDialog
          title={words.rotateTitle}
          text={words.rotateText}
          submit={words.rotate}
          done={words.rotated}
          isDangerous
          changes={keys}
          act={() => client.rotateWorkflowTrigger({ trigger_id })}
          onClose={() => setAsked(null)}
        />
      )}
      {asked === 'fire' && (
        <FireDialog trigger_id={trigger_id} workflow_id={workflow_id} onClose={() => setAsked(null)} />
      )}
    </div>
  )
}
