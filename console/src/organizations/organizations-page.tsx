// The organizations below this one: a tree, or what a search finds in it.
import { Link, useNavigate, useSearch } from '@tanstack/react-router'
import { useRefreshOn } from '../live/organization-events.ts'
import { useSession } from '../session/session-context.ts'
import { Needs, Section, SettingsPage } from '../settings/settings-page.tsx'
import { buttonClasses } from '../ui/button.tsx'
import { Icon } from '../ui/icons.tsx'
import { SearchField } from '../ui/search-field.tsx'
import { FoundList } from './found-list.tsx'
import { readTreeSearch } from './organizations-search.ts'
import { organizationsTexts as words } from './texts.ts'
import { Level, childrenKey } from './tree.tsx'

/** Of the organizations right below. What happens further down is read when the page is seen again. */
const followed = ['organization.created', 'organization.deleted'] as const

export function OrganizationsPage() {
  return (
    <SettingsPage
      title={words.title}
      intro={words.intro}
      action={
        <Link to="/settings/organizations/new" className={buttonClasses('primary')}>
          <Icon name="plus" />
          {words.new}
        </Link>
      }
    >
      <Needs scopes={['child_organizations:manage']} to={words.toSee}>
        <Tree />
      </Needs>
    </SettingsPage>
  )
}

function Tree() {
  const { q } = useSearch({ from: '/pages/settings-frame/settings/organizations' })
  const navigate = useNavigate()
  useRefreshOn(useSession(), followed, childrenKey)
  const find = (text: string | undefined) =>
    navigate({ to: '/settings/organizations', search: readTreeSearch({ q: text }), replace: true })
  return (
    <Section
      title={q === undefined ? words.tree : words.found}
      action={<SearchField label={words.search} value={q ?? ''} onChange={(text) => void find(text)} />}
    >
      {q === undefined ? <Level parent_id={null} label={words.tree} empty={words.empty} /> : <FoundList q={q} />}
    </Section>
  )
}
