// How a widget comes onto a site: the snippet, what a policy has to permit, and whether a page has it.
import type { WebWidget } from '@parley/contract'
import { useMutation, useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { useSession } from '../session/session-context.ts'
import { readFaults } from '../settings/faults.ts'
import { FormFault } from '../settings/parts.tsx'
import { Section } from '../settings/settings-page.tsx'
import { Button } from '../ui/button.tsx'
import { CopyField } from '../ui/copy-field.tsx'
import { Field, TextInput } from '../ui/field.tsx'
import { Code } from '../ui/code.tsx'
import { type Framework, installSamples } from './install-samples.ts'
import { Segments } from './preview/segments.tsx'
import { installTexts as words } from './section-texts.ts'

const results = Object.keys(words.results) as (keyof typeof words.results)[]

export function InstallSection({ widget }: { widget: WebWidget }) {
  const { scopes } = useSession()
  const origin = useWidgetOrigin(widget.id)
  const [made, setMade] = useState<Framework>('html')
  return (
    <>
      <Section
        title={words.snippet}
        intro={words.snippetIntro}
        action={<Segments label={words.madeWith} choices={words.frameworks} chosen={made} onChoose={setMade} />}
      >
        <div className="p-4">
          <Code label={words.frameworks[made]} text={installSamples[made](`${origin}/public/embed/${widget.id}`)} />
        </div>
      </Section>
      <Section title={words.csp} intro={words.cspIntro}>
        <div className="flex flex-col gap-3 p-4">
          <CopyField label={words.script} value={`script-src ${origin}`} />
          <CopyField label={words.frame} value={`frame-src ${origin}`} />
        </div>
      </Section>
      {scopes.has('web_widgets:manage') && <CheckPage widget={widget} />}
    </>
  )
}

/** Where loader and frame are: the server may have an origin of its own for them, which the address of a preview has. */
function useWidgetOrigin(web_widget_id: string): string {
  const { client, scopes } = useSession()
  const { data } = useQuery({
    queryKey: ['web-widgets', web_widget_id, 'origin'],
    queryFn: async ({ signal }) => new URL((await client.previewWebWidget({ web_widget_id }, { signal })).url).origin,
    enabled: scopes.has('web_widgets:manage'),
    staleTime: Infinity,
  })
  return data ?? location.origin
}

function CheckPage({ widget }: { widget: WebWidget }) {
  const { client } = useSession()
  const [url, setUrl] = useState('')
  const check = useMutation({
    mutationFn: () => client.checkWebWidget({ web_widget_id: widget.id, url: url.trim() }),
  })
  const faults = readFaults(check.error, ['url'])
  return (
    <Section title={words.check} intro={words.checkIntro}>
      <form
        className="flex flex-col gap-3 p-4"
        onSubmit={(event) => {
          event.preventDefault()
          check.mutate()
        }}
      >
        <div className="flex items-end gap-2">
          <div className="min-w-0 flex-1">
            <Field label={words.url} error={faults.fields['url']}>
              <TextInput
                value={url}
                onValueChange={setUrl}
                maxLength={2000}
                placeholder="https://example.com/"
                required
              />
            </Field>
          </div>
          <Button type="submit" disabled={check.isPending}>
            {words.submit}
          </Button>
        </div>
        <FormFault text={faults.other} />
        {check.data && (
          <ul role="status" className="flex flex-col gap-1">
            {results.map((name) => {
              const value = check.data[name]
              const [yes, no] = words.results[name]
              return (
                <li key={name} className={value === false ? 'text-bad' : undefined}>
                  {value === null ? `${yes}: ${words.unknown.toLowerCase()}` : value ? yes : no}
                </li>
              )
            })}
          </ul>
        )}
      </form>
    </Section>
  )
}
