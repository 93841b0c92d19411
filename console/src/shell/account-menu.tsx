// The account menu: theme, organization, shortcuts, sign-out.
import { Menu } from '@base-ui/react/menu'
import { type Session, signOut, switchOrganization } from '../session/session.ts'
import { useSessionControl } from '../session/session-context.ts'
import { shellTexts } from './texts.ts'
import { type Theme, chooseTheme, themes, useTheme } from './theme.ts'
import { Icon } from '../ui/icons.tsx'
import { notifyError } from '../ui/notify.ts'
import { PopupMenu, PopupMenuItem, PopupMenuLink, menuItemClasses } from '../ui/popup.tsx'

export function AccountMenu({ onShortcuts }: { onShortcuts: () => void }) {
  const { session, open, close } = useSessionControl()
  const theme = useTheme()
  return (
    <PopupMenu
      trigger={
        <button
          type="button"
          className="flex h-8 items-center gap-2.5 rounded-md px-2 text-soft hover:bg-hover hover:text-ink data-[popup-open]:bg-hover"
        >
          <Icon name="account" className="shrink-0" />
          <span className="truncate max-wide:sr-only">
            <span className="sr-only">{shellTexts.nav.account}: </span>
            {session?.who}
          </span>
        </button>
      }
    >
      <Menu.RadioGroup value={theme} onValueChange={(value) => chooseTheme(value as Theme)}>
        <Menu.GroupLabel className="px-2 pt-1.5 pb-1 text-xs text-faint">{shellTexts.nav.theme}</Menu.GroupLabel>
        {themes.map((name) => (
          <Choice key={name} value={name} name={shellTexts.nav.themes[name]} />
        ))}
      </Menu.RadioGroup>
      <Menu.Separator className="my-1 h-px bg-line" />
      {session && (session.organizations.length > 1 || session.view !== null) && (
        <Organizations session={session} onSwitch={(id) => void switchOrganization(id).then(open, notifyError)} />
      )}
      {session?.user && !session.view && (
        <>
          <PopupMenuLink icon="plus" to="/settings/organizations/new">
            {shellTexts.nav.newOrganization}
          </PopupMenuLink>
          <PopupMenuLink icon="inbox" to="/settings/invitations">
            {shellTexts.nav.received}
          </PopupMenuLink>
          <Menu.Separator className="my-1 h-px bg-line" />
        </>
      )}
      <PopupMenuItem icon="keyboard" onSelect={onShortcuts}>
        {shellTexts.nav.shortcuts}
      </PopupMenuItem>
      <PopupMenuItem icon="out" onSelect={() => void signOut().then(close, notifyError)}>
        {shellTexts.nav.signOut}
      </PopupMenuItem>
    </PopupMenu>
  )
}

function Organizations({ session, onSwitch }: { session: Session; onSwitch: (id: string) => void }) {
  return (
    <>
      <Menu.RadioGroup value={session.organization.id} onValueChange={(id) => onSwitch(id as string)}>
        <Menu.GroupLabel className="px-2 pt-1.5 pb-1 text-xs text-faint">{shellTexts.nav.organization}</Menu.GroupLabel>
        {session.organizations.map(({ id, name, status }) => (
          <Choice key={id} value={id} name={name} note={status === 'suspended' ? shellTexts.nav.suspended : null} />
        ))}
      </Menu.RadioGroup>
      <Menu.Separator className="my-1 h-px bg-line" />
    </>
  )
}

function Choice({ value, name, note = null }: { value: string; name: string; note?: string | null }) {
  return (
    <Menu.RadioItem value={value} closeOnClick className={menuItemClasses}>
      <span className="grid size-4 place-items-center">
        <Menu.RadioItemIndicator>
          <Icon name="check" />
        </Menu.RadioItemIndicator>
      </span>
      <span className="max-w-56 truncate">{name}</span>
      {note && <span className="text-xs text-faint">{note}</span>}
    </Menu.RadioItem>
  )
}
