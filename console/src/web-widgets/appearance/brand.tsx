// The colors, texts and logos that a site's own pages have: what they would change is shown first, and can be taken back.
import type { WebWidget } from '@parley/contract'
import { useMutation } from '@tanstack/react-query'
import { useState } from 'react'
import { useSession } from '../../session/session-context.ts'
import { readFaults } from '../../settings/faults.ts'
import { FormFault } from '../../settings/parts.tsx'
import { Section } from '../../settings/settings-page.tsx'
import { Button } from '../../ui/button.tsx'
import { Field, TextInput } from '../../ui/field.tsx'
import type { Edit } from '../config-fields.tsx'
import { appearanceTexts as words } from '../section-texts.ts'
import { nameOfPath } from '../name-of-path.ts'
import { type Difference, differencesOf, mergeConfig } from '../widget-draft.ts'

type Config = Record<string, unknown>

export function Brand({ widget, edit }: { widget: WebWidget; edit: Edit }) {
  const { client } = useSession()
  const [domain, setDomain] = useState('')
  /** The configuration before the proposal was taken. */
  const [before, setBefore] = useState<Config | null>(null)
  const find = useMutation({
    mutationFn: () => client.autoBrandWebWidget({ web_widget_id: widget.id, domain: domain.trim() }),
    onSuccess: () => setBefore(null),
  })
  const faults = readFaults(find.error, ['domain'])
  const { config } = edit.draft
  const from = before ?? config
  const proposed = find.data ? mergeConfig(from, find.data.config) : from
  const take = () => {
    setBefore(config)
    edit.change({ config: proposed })
  }
  const takeBack = () => {
    if (before) edit.change({ config: before })
    setBefore(null)
  }
  return (
    <Section title={words.brand} intro={words.brandIntro}>
      <form
        className="flex flex-col gap-3 p-4"
        onSubmit={(event) => {
          event.preventDefault()
          find.mutate()
        }}
      >
        <div className="flex items-end gap-2">
          <div className="min-w-0 flex-1">
            <Field label={words.domain} error={faults.fields['domain']}>
              <TextInput value={domain} onValueChange={setDomain} maxLength={300} placeholder="example.com" required />
            </Field>
          </div>
          <Button type="submit" disabled={find.isPending || domain.trim() === ''}>
            {find.isPending ? words.finding : words.find}
          </Button>
        </div>
        <FormFault text={faults.other} />
        {find.data && (
          <Proposal
            differences={differencesOf(from, proposed)}
            isTaken={before !== null}
            onTake={take}
            onTakeBack={takeBack}
          />
        )}
      </form>
    </Section>
  )
}

interface ProposalProps {
  differences: Difference[]
  isTaken: boolean
  onTake: () => void
  onTakeBack: () => void
}

function Proposal({ differences, isTaken, onTake, onTakeBack }: ProposalProps) {
  if (differences.length === 0) return <p role="status">{words.nothingNew}</p>
  return (
    <div className="flex flex-col gap-2 rounded-md border border-line p-3">
      <table aria-label={words.proposal} className="w-full table-fixed text-left">
        <thead className="text-xs text-faint">
          <tr>
            <th scope="col" className="w-2/5 pb-1 font-normal">
              {words.value}
            </th>
            <th scope="col" className="pb-1 font-normal">
              {words.before}
            </th>
            <th scope="col" className="pb-1 font-normal">
              {words.after}
            </th>
          </tr>
        </thead>
        <tbody>
          {differences.map(({ path, before, after }) => (
            <tr key={path.join('.')} className="border-t border-line align-top">
              <th scope="row" className="py-1 pr-2 font-normal break-words">
                {nameOfPath(path)}
              </th>
              <Shown value={before} />
              <Shown value={after} />
            </tr>
          ))}
        </tbody>
      </table>
      <div className="flex flex-wrap items-center gap-2">
        <p role="status" className="min-w-0 flex-1 text-soft">
          {isTaken ? words.taken : words.found}
        </p>
        {isTaken ? (
          <Button onClick={onTakeBack}>{words.takeBack}</Button>
        ) : (
          <Button kind="primary" onClick={onTake}>
            {words.take}
          </Button>
        )}
      </div>
    </div>
  )
}

function Shown({ value }: { value: unknown }) {
  const text = typeof value === 'string' || typeof value === 'number' ? String(value) : ''
  return (
    <td className="py-1 pr-2 break-words">
      {text === '' ? (
        <span className="text-faint">{words.builtIn}</span>
      ) : (
        <span className="inline-flex items-center gap-1.5">
          {text.startsWith('#') && (
            <span
              aria-hidden="true"
              className="size-4 shrink-0 rounded border border-line"
              style={{ background: text }}
            />
          )}
          <span className={text.startsWith('#') ? 'font-mono text-xs' : 'min-w-0 wrap-anywhere'}>{text}</span>
        </span>
      )}
    </td>
  )
}
