// The menu of who is signed in: theme, shortcuts, the way out.
import { Menu } from '@base-ui/react/menu'
import { useSessionControl } from '../session-context.ts'
import { texts } from '../texts.ts'
import { type Theme, chooseTheme, themes, useTheme } from '../theme.ts'
import { Icon } from '../ui/icons.tsx'
import { PopupMenu, PopupMenuItem, menuItemClasses } from '../ui/popup.tsx'

export function AccountMenu({ onShortcuts }: { onShortcuts: () => void }) {
  const { close } = useSessionControl()
  const theme = useTheme()
  return (
    <PopupMenu
      trigger={
        <button
          type="button"
          className="flex h-8 items-center gap-2.5 rounded-md px-2 text-soft hover:bg-hover hover:text-ink data-[popup-open]:bg-hover"
        >
          <Icon name="theme" />
          <span className="max-wide:sr-only">{texts.nav.account}</span>
        </button>
      }
    >
      <Menu.RadioGroup value={theme} onValueChange={(value) => chooseTheme(value as Theme)}>
        <Menu.GroupLabel className="px-2 pt-1.5 pb-1 text-xs text-faint">{texts.nav.theme}</Menu.GroupLabel>
        {themes.map((name) => (
          <Menu.RadioItem key={name} value={name} closeOnClick className={menuItemClasses}>
            <span className="grid size-4 place-items-center">
              <Menu.RadioItemIndicator>
                <Icon name="check" />
              </Menu.RadioItemIndicator>
            </span>
            {texts.nav.themes[name]}
          </Menu.RadioItem>
        ))}
      </Menu.RadioGroup>
      <Menu.Separator className="my-1 h-px bg-line" />
      <PopupMenuItem icon="keyboard" onSelect={onShortcuts}>
        {texts.nav.shortcuts}
      </PopupMenuItem>
      <PopupMenuItem icon="out" onSelect={close}>
        {texts.nav.signOut}
      </PopupMenuItem>
    </PopupMenu>
  )
}
