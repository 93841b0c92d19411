// Adds web pages: single ones, or a crawl from each.
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { datasetKey } from '../../passages/use-datasets.ts'
import { useSession } from '../../session/session-context.ts'
import { readFaults } from '../../settings/faults.ts'
import { Check } from '../../settings/parts.tsx'
import { ConfirmDialog } from '../../ui/dialog.tsx'
import { Field, TextArea, TextInput } from '../../ui/field.tsx'
import { notify } from '../../ui/notify.ts'
import { type NumberName, type PagesForm, checkPages, emptyPages, readPages } from './pages-form.ts'
import { sourceTexts } from './texts.ts'
import { sourcesKey } from './use-sources.ts'

const words = sourceTexts.pagesDialog
const numberLabels: Record<NumberName, string> = {
  limit: words.limit,
  max_depth: words.depth,
  max_discovery_depth: words.discovery,
  delay_ms: words.delay,
}

export function PagesDialog({ dataset_id, onClose }: { dataset_id: string; onClose: () => void }) {
  const { client } = useSession()
  const queries = useQueryClient()
  const [form, setForm] = useState(emptyPages)
  const [isChecked, setChecked] = useState(false)
  const add = useMutation({
    mutationFn: () => client.attachSources({ dataset_id, items: readPages(form) }),
    onSuccess: async (added) => {
      notify(sourceTexts.added(added.length))
      onClose()
      await Promise.all(
        [sourcesKey(dataset_id), datasetKey(dataset_id)].map((queryKey) => queries.invalidateQueries({ queryKey })),
      )
    },
  })
  const faults = checkPages(form)
  const shown = isChecked ? faults : {}
  const change = (changed: Partial<PagesForm>) => setForm({ ...form, ...changed })
  return (
    <ConfirmDialog
      open
      onOpenChange={(open) => open || onClose()}
      title={words.title}
      description={words.text}
      submit={words.submit}
      isPending={add.isPending}
      error={readFaults(add.error).other}
      onSubmit={() => {
        setChecked(true)
        if (Object.keys(faults).length === 0) add.mutate()
      }}
    >
      <Field label={words.urls} hint={words.urlsHint} error={shown.urls}>
        <TextArea
          rows={3}
          dir="ltr"
          autoFocus
          spellCheck={false}
          placeholder="https://example.com/help"
          value={form.urls}
          onChange={({ target }) => change({ urls: target.value })}
        />
      </Field>
      <Check label={words.crawl} isChecked={form.isCrawl} onChange={(isCrawl) => change({ isCrawl })} />
      {form.isCrawl && <CrawlFields form={form} shown={shown} onChange={change} />}
    </ConfirmDialog>
  )
}

interface FieldsProps {
  form: PagesForm
  shown: ReturnType<typeof checkPages>
  onChange: (changed: Partial<PagesForm>) => void
}

function CrawlFields({ form, shown, onChange }: FieldsProps) {
  return (
    <>
      <div className="grid items-end gap-3 wide:grid-cols-2">
        {(['limit', 'max_depth', 'max_discovery_depth', 'delay_ms'] as const).map((name) => (
          <Field key={name} label={numberLabels[name]} error={shown[name]}>
            <TextInput
              inputMode="numeric"
              autoComplete="off"
              className="numeric"
              value={form[name]}
              onValueChange={(text) => onChange({ [name]: text })}
            />
          </Field>
        ))}
      </div>
      {(['include_paths', 'exclude_paths'] as const).map((name) => (
        <Field key={name} label={name === 'include_paths' ? words.include : words.exclude} hint={words.pathsHint}>
          <TextArea
            rows={2}
            dir="ltr"
            spellCheck={false}
            value={form[name]}
            onChange={({ target }) => onChange({ [name]: target.value })}
          />
        </Field>
      ))}
      <Check label={words.sitemap} isChecked={form.use_sitemap} onChange={(use_sitemap) => onChange({ use_sitemap })} />
    </>
  )
}
