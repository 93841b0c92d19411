// The languages of a widget, and its texts in each: the built-in ones, and those that a site says in its own words.
import { type WidgetLocale, widgetBounds, widgetLocales } from '@parley/contract'
import { useQuery } from '@tanstack/react-query'
import { useId, useState } from 'react'
import { Section } from '../settings/settings-page.tsx'
import { Check } from '../settings/parts.tsx'
import { Field, SelectInput, TextInput } from '../ui/field.tsx'
import { ErrorState, LoadingState } from '../ui/state.tsx'
import { Columns, type Edit } from './config-fields.tsx'
import { directionOf, listTexts, readTexts } from './built-in-texts.ts'
import { localesOf } from './preview/shown-config.ts'
import { languageNames, textTexts as words } from './section-texts.ts'
import { valueAt } from './widget-draft.ts'

export function TextsSection({ edit }: { edit: Edit }) {
  return (
    <>
      <Languages edit={edit} />
      <OwnTexts edit={edit} />
    </>
  )
}

function Languages({ edit }: { edit: Edit }) {
  const { config } = edit.draft
  const offered = localesOf(config)
  const { default_locale } = config
  const toggle = (locale: WidgetLocale, isOn: boolean) => {
    const next = widgetLocales.filter((one) => (one === locale ? isOn : offered.includes(one)))
    if (next.length === 0) return
    edit.setValue(['locales'], next.length === widgetLocales.length ? undefined : next)
  }
  return (
    <Section title={words.languages} intro={words.languagesIntro}>
      <div className="grid grid-cols-2 gap-2 p-4 pb-0 wide:grid-cols-4">
        {widgetLocales.map((locale) => (
          <Check
            key={locale}
            label={<bdi>{languageNames[locale]}</bdi>}
            isChecked={offered.includes(locale)}
            isDisabled={edit.isReadOnly || (offered.length === 1 && offered[0] === locale)}
            onChange={(isOn) => toggle(locale, isOn)}
          />
        ))}
      </div>
      <Columns>
        <Field label={words.byDefault} hint={words.byDefaultHint} error={edit.faults.get('config.default_locale')}>
          <SelectInput
            value={typeof default_locale === 'string' ? default_locale : ''}
            disabled={edit.isReadOnly}
            onChange={({ target }) => edit.setValue(['default_locale'], target.value || undefined)}
          >
            <option value="">{words.ofBrowser}</option>
            {widgetLocales
              .filter((locale) => offered.includes(locale) || locale === default_locale)
              .map((locale) => (
                <option key={locale} value={locale}>
                  {languageNames[locale]}
                </option>
              ))}
          </SelectInput>
        </Field>
      </Columns>
    </Section>
  )
}

function OwnTexts({ edit }: { edit: Edit }) {
  const { config } = edit.draft
  const offered = localesOf(config)
  const [chosen, setLocale] = useState<WidgetLocale | null>(null)
  const [search, setSearch] = useState('')
  const [isOwnOnly, setOwnOnly] = useState(false)
  const locale = offered.find((one) => one === chosen) ?? offered.find((one) => one === 'en') ?? offered[0]!
  const { data, error, refetch } = useQuery({
    queryKey: ['widget-texts', locale],
    queryFn: () => readTexts(locale),
    staleTime: Infinity,
  })
  const own = valueAt(config, ['texts', locale])
  const count = Object.keys((own ?? {}) as object).length
  return (
    <Section title={words.texts} intro={words.textsIntro}>
      <Columns>
        <Field label={words.language}>
          <SelectInput value={locale} onChange={({ target }) => setLocale(target.value as WidgetLocale)}>
            {offered.map((one) => (
              <option key={one} value={one}>
                {languageNames[one]}
              </option>
            ))}
          </SelectInput>
        </Field>
        <Field label={words.search}>
          <TextInput type="search" value={search} onValueChange={setSearch} autoComplete="off" />
        </Field>
        <Check label={words.ownOnly(count)} isChecked={isOwnOnly} onChange={setOwnOnly} />
      </Columns>
      {error ? (
        <ErrorState error={error} onRetry={() => void refetch()} />
      ) : data ? (
        <List edit={edit} locale={locale} rows={listTexts(data, own, { search, isOwnOnly })} />
      ) : (
        <LoadingState />
      )}
    </Section>
  )
}

interface ListProps {
  edit: Edit
  locale: WidgetLocale
  rows: ReturnType<typeof listTexts>
}

function List({ edit, locale, rows }: ListProps) {
  if (rows.length === 0) return <p className="border-t border-line px-4 py-6 text-center text-faint">{words.none}</p>
  return (
    <ul aria-label={words.texts}>
      {rows.map((row) => (
        <Row key={`${locale} ${row.key}`} edit={edit} locale={locale} row={row} />
      ))}
    </ul>
  )
}

function Row({ edit, locale, row: { key, text, own } }: Omit<ListProps, 'rows'> & { row: ListProps['rows'][number] }) {
  const id = useId()
  const path = ['texts', locale, key]
  const fault = edit.faults.get(['config', ...path].join('.'))
  const dir = directionOf(locale)
  return (
    <li className="grid grid-cols-1 items-start gap-x-4 gap-y-1 border-t border-line px-4 py-2 wide:grid-cols-2">
      <p id={id} className="min-w-0 py-1.5">
        <span dir={dir} lang={locale} className="block wrap-anywhere">
          {text}
        </span>
        <code className="font-mono text-xs text-faint">{key}</code>
      </p>
      <div className="[&_label]:sr-only" dir={dir}>
        <Field label={words.own(text)} error={fault}>
          <TextInput
            value={own}
            lang={locale}
            maxLength={widgetBounds.text}
            placeholder={text}
            disabled={edit.isReadOnly}
            autoComplete="off"
            onValueChange={(next) => edit.setValue(path, next === '' ? undefined : next)}
          />
        </Field>
      </div>
    </li>
  )
}
