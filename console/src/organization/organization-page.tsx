// The organization: its name and other facts.
import type { Output } from '@parley/sdk'
import { useMutation, useQuery } from '@tanstack/react-query'
import { type FormEvent, useState } from 'react'
import { formatDay, formatJson } from '../base/format.ts'
import { useRefreshOn } from '../live/organization-events.ts'
import { useSession } from '../session/session-context.ts'
import { texts } from '../texts/index.ts'
import { Button } from '../ui/button.tsx'
import { Facts } from '../ui/facts.tsx'
import { Field, TextInput } from '../ui/field.tsx'
import { notify } from '../ui/notify.ts'
import { LoadingState } from '../ui/state.tsx'
import { FormFault } from '../settings/parts.tsx'
import { readFaults } from '../settings/faults.ts'
import { HistoryLink } from '../settings/history-link.tsx'
import { LoadFault } from '../settings/paged-table.tsx'
import { Needs, Section, SettingsPage } from '../settings/settings-page.tsx'
import { useRefreshSession } from '../session/use-refresh-session.ts'
import { DeleteSection } from './delete-section.tsx'
import { organizationTexts as words } from './texts.ts'

type Organization = Output<'getOrganization'>

const organizationKey = ['organization'] as const
const followed = ['organization.updated'] as const

export function OrganizationPage() {
  const session = useSession()
  useRefreshOn(session, followed, organizationKey)
  const { data, error, isPending, refetch } = useQuery({
    queryKey: organizationKey,
    queryFn: ({ signal }) => session.client.getOrganization({}, { signal }),
  })
  return (
    <SettingsPage title={words.title}>
      {isPending && <LoadingState />}
      {error && !data && <LoadFault error={error} onRetry={() => void refetch()} />}
      {data && (
        <>
          <Section title={words.facts} action={<HistoryLink type="organization" id={data.id} />}>
            <Facts
              className="p-4"
              rows={[
                [words.name, data.name],
                [words.slug, <code key="slug">{data.slug}</code>],
                [words.id, <code key="id">{data.id}</code>],
                [words.created, formatDay(data.created_at)],
                [words.settings, <OrganizationSettings key="settings" settings={data.settings} />],
              ]}
            />
          </Section>
          <Needs scopes={['organizations:manage']} to={words.toChange}>
            <Section title={words.change}>
              <OrganizationForm key={`${data.name} ${data.slug}`} organization={data} />
            </Section>
            <DeleteSection organization={data} />
          </Needs>
        </>
      )}
    </SettingsPage>
  )
}

/** Settings that API clients store. Only they know what these mean. */
function OrganizationSettings({ settings }: Pick<Organization, 'settings'>) {
  if (Object.keys(settings).length === 0) return words.noSettings
  return <pre className="font-mono text-xs break-words whitespace-pre-wrap">{formatJson(settings)}</pre>
}

function OrganizationForm({ organization }: { organization: Organization }) {
  const { client } = useSession()
  const refresh = useRefreshSession()
  const [name, setName] = useState(organization.name)
  const [slug, setSlug] = useState(organization.slug)
  const change = useMutation({
    mutationFn: () => client.updateOrganization({ name: name.trim(), slug: slug.trim() }),
    onSuccess: () => {
      notify(words.done)
      // The name is shown in the navigation of every page.
      return refresh()
    },
  })
  const faults = readFaults(change.error, ['name', 'slug'], { slug_taken: 'slug' })
  const submit = (event: FormEvent) => {
    event.preventDefault()
    change.mutate()
  }
  return (
    <form onSubmit={submit} noValidate className="flex max-w-md flex-col gap-4 p-4">
      <Field label={words.name} error={name.trim() === '' ? words.nameMissing : faults.fields['name']}>
        <TextInput value={name} maxLength={200} onValueChange={setName} />
      </Field>
      <Field label={words.slug} hint={words.slugHint} error={faults.fields['slug']}>
        <TextInput value={slug} maxLength={63} onValueChange={setSlug} className="font-mono" />
      </Field>
      <FormFault text={faults.other} />
      <Button type="submit" kind="primary" className="self-start" disabled={change.isPending || name.trim() === ''}>
        {texts.apply}
      </Button>
    </form>
  )
}
