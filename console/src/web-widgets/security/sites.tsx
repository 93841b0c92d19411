// The sites that can show a widget: a line for each, and beside it what is wrong with it.
import { widgetBounds } from '@parley/contract'
import { formatNumber } from '../../base/format.ts'
import { Section } from '../../settings/settings-page.tsx'
import { Field, TextArea } from '../../ui/field.tsx'
import { Icon } from '../../ui/icons.tsx'
import type { Edit } from '../config-fields.tsx'
import { securityTexts as words } from '../section-texts.ts'
import { linesOf } from '../widget-draft.ts'

export function Sites({ edit }: { edit: Edit }) {
  const entries = linesOf(edit.draft.domains)
  const faults = [...edit.faults].flatMap(([path, message]) => {
    const [, index] = /^domains\.(\d+)$/.exec(path) ?? []
    return index === undefined ? [] : [{ entry: entries[Number(index)] ?? '', message }]
  })
  return (
    <Section title={words.sites} intro={words.sitesIntro}>
      <div className="flex flex-col gap-3 p-4">
        <Field
          label={words.domains}
          hint={words.domainsHint}
          error={faults.length > 0 ? words.wrongSites(faults.length) : edit.faults.get('domains')}
        >
          <TextArea
            rows={Math.min(10, Math.max(3, entries.length + 1))}
            className="font-mono text-xs"
            value={edit.draft.domains}
            disabled={edit.isReadOnly}
            spellCheck={false}
            onChange={({ target }) => edit.change({ domains: target.value })}
          />
        </Field>
        {faults.length > 0 && (
          <ul className="flex flex-col gap-1 text-bad">
            {faults.map(({ entry, message }) => (
              <li key={entry} className="flex items-start gap-1.5 wrap-anywhere">
                <Icon name="warning" className="mt-px shrink-0" />
                {`${entry} ${message}`}
              </li>
            ))}
          </ul>
        )}
        {entries.length === 0 && <p className="text-warn">{words.anySite}</p>}
        <p className="text-xs text-faint">
          {words.siteCount(formatNumber(entries.length), formatNumber(widgetBounds.domains))}
        </p>
      </div>
    </Section>
  )
}
