// A new organization: below this one or one of those below it, or on its own.
import { ApiError } from '@parley/sdk'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { Link, useNavigate, useSearch } from '@tanstack/react-router'
import { type FormEvent, useState } from 'react'
import { holdsAny } from '../session/rights.ts'
import { switchOrganization } from '../session/session.ts'
import { useSession, useSessionControl } from '../session/session-context.ts'
import { readFaults } from '../settings/faults.ts'
import { LoadFault } from '../settings/paged-table.tsx'
import { Choices, FormFault } from '../settings/parts.tsx'
import { Refused, Section, SettingsPage } from '../settings/settings-page.tsx'
import { NotFoundPage } from '../shell/fault-pages.tsx'
import { Button } from '../ui/button.tsx'
import { Field, TextInput } from '../ui/field.tsx'
import { notify } from '../ui/notify.ts'
import { LoadingState } from '../ui/state.tsx'
import { proposeSlug } from './slug.ts'
import { SlugField } from './slug-field.tsx'
import { organizationsTexts } from './texts.ts'
import { childrenKey } from './tree.tsx'

const words = organizationsTexts.create

interface Parent {
  id: string
  name: string
}

export function NewOrganizationPage() {
  const { parent } = useSearch({ from: '/pages/settings-frame/settings/organizations/new' })
  const session = useSession()
  const isPartner = holdsAny(session, ['child_organizations:manage'])
  return (
    <SettingsPage
      title={organizationsTexts.new}
      intro={
        isPartner && (
          <Link to="/settings/organizations" className="underline underline-offset-2 hover:text-ink">
            {organizationsTexts.back}
          </Link>
        )
      }
    >
      {!isPartner && session.user === null ? (
        <Refused>{words.refused}</Refused>
      ) : parent === undefined || !isPartner ? (
        <NewForm parent={isPartner ? session.organization : null} />
      ) : (
        <BelowChild parent_id={parent} />
      )}
    </SettingsPage>
  )
}

function BelowChild({ parent_id }: { parent_id: string }) {
  const { client } = useSession()
  const { data, error, refetch } = useQuery({
    queryKey: [...childrenKey, 'one', parent_id],
    queryFn: ({ signal }) => client.getChildOrganization({ organization_id: parent_id }, { signal }),
  })
  if (error instanceof ApiError && error.status === 404) return <NotFoundPage />
  if (data) return <NewForm parent={data} />
  return error ? <LoadFault error={error} onRetry={() => void refetch()} /> : <LoadingState />
}

type Place = 'below' | 'alone'

/** Without `parent` it is on its own. */
function NewForm({ parent }: { parent: Parent | null }) {
  const { user } = useSession()
  const [name, setName] = useState('')
  /** Null: as the name suggests. */
  const [typed, setTyped] = useState<string | null>(null)
  const [place, setPlace] = useState<Place>(parent ? 'below' : 'alone')
  const [isChecked, setChecked] = useState(false)
  const create = useCreation(place === 'below' ? parent : null)
  const faults = readFaults(create.error, ['name', 'slug'], { slug_taken: 'slug' })
  const slug = typed ?? proposeSlug(name)
  const isNamed = name.trim() !== ''
  const submit = (event: FormEvent) => {
    event.preventDefault()
    setChecked(true)
    if (isNamed) create.mutate({ name: name.trim(), slug: slug === '' ? null : slug })
  }
  return (
    <Section title={organizationsTexts.facts} intro={user ? words.intro : words.introKey}>
      <form onSubmit={submit} noValidate className="flex max-w-md flex-col gap-4 p-4">
        <Field
          label={words.name}
          error={isChecked && !isNamed ? organizationsTexts.nameMissing : faults.fields['name']}
        >
          <TextInput value={name} maxLength={200} autoComplete="off" onValueChange={setName} />
        </Field>
        <SlugField
          value={slug}
          error={faults.fields['slug']}
          onChange={(next) => {
            create.reset()
            setTyped(next === '' ? null : next)
          }}
        />
        {parent && user && (
          <Choices<Place>
            legend={words.place}
            name="place"
            choices={[
              ['below', words.below(parent.name), words.belowHint(parent.name)],
              ['alone', words.alone, words.aloneHint],
            ]}
            chosen={place}
            onChoose={setPlace}
          />
        )}
        <FormFault text={faults.other} />
        <Button type="submit" kind="primary" className="self-start" disabled={create.isPending}>
          {words.submit}
        </Button>
      </form>
    </Section>
  )
}

/** Leads to what was created: the page of a child, or the organization itself. */
function useCreation(parent: Parent | null) {
  const { client } = useSession()
  const { open } = useSessionControl()
  const navigate = useNavigate()
  const queries = useQueryClient()
  return useMutation({
    mutationFn: (wish: { name: string; slug: string | null }): Promise<{ id: string; name: string }> =>
      parent ? client.createChildOrganization({ ...wish, parent_id: parent.id }) : client.createOrganization(wish),
    onSuccess: async ({ id, name }) => {
      notify(words.done(name))
      if (parent) {
        await queries.invalidateQueries({ queryKey: childrenKey })
        await navigate({ to: '/settings/organizations/$organization_id', params: { organization_id: id } })
      } else {
        open(await switchOrganization(id))
        await navigate({ to: '/agents' })
      }
    },
  })
}
