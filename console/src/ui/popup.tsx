// What opens beside a button: a panel or a menu.
import { Menu } from '@base-ui/react/menu'
import { Popover } from '@base-ui/react/popover'
import { Link, type LinkProps } from '@tanstack/react-router'
import type { ReactElement, ReactNode } from 'react'
import { classes } from './classes.ts'
import { Icon, type IconName } from './icons.tsx'

export const popupClasses = 'floats rounded-lg border border-line bg-surface shadow-float outline-none'

interface PanelProps {
  trigger: ReactElement
  title: string
  children: ReactNode
  open?: boolean
  onOpenChange?: (open: boolean) => void
  className?: string
}

export function PopupPanel({ trigger, title, children, className, ...root }: PanelProps) {
  return (
    <Popover.Root {...root}>
      <Popover.Trigger render={trigger} />
      <Popover.Portal>
        <Popover.Positioner sideOffset={6} align="start" collisionPadding={12} className="z-40">
          <Popover.Popup
            aria-label={title}
            className={classes(popupClasses, 'w-72 max-w-[calc(100vw-1.5rem)] p-3', className)}
          >
            {children}
          </Popover.Popup>
        </Popover.Positioner>
      </Popover.Portal>
    </Popover.Root>
  )
}

interface MenuProps {
  trigger: ReactElement
  align?: 'start' | 'end'
  children: ReactNode
}

export function PopupMenu({ trigger, align = 'end', children }: MenuProps) {
  return (
    <Menu.Root>
      <Menu.Trigger render={trigger} />
      <Menu.Portal>
        <Menu.Positioner sideOffset={6} align={align} collisionPadding={12} className="z-40">
          <Menu.Popup className={classes(popupClasses, 'max-h-(--available-height) min-w-44 overflow-y-auto p-1')}>
            {children}
          </Menu.Popup>
        </Menu.Positioner>
      </Menu.Portal>
    </Menu.Root>
  )
}

export const menuItemClasses =
  'flex h-8 cursor-default items-center gap-2 rounded-md px-2 outline-none select-none data-[highlighted]:bg-hover'

interface ItemProps {
  icon?: IconName
  isDangerous?: boolean
  onSelect: () => void
  children: ReactNode
}

export function PopupMenuItem({ icon, isDangerous, onSelect, children }: ItemProps) {
  return (
    <Menu.Item onClick={onSelect} className={classes(menuItemClasses, isDangerous && 'text-bad')}>
      {icon && <Icon name={icon} />}
      {children}
    </Menu.Item>
  )
}

type LinkItemProps = Pick<LinkProps, 'to' | 'params' | 'search'> & { icon?: IconName; children: ReactNode }

/** A menu item that is a link, so that it can open in another tab. */
export function PopupMenuLink({ icon, children, ...to }: LinkItemProps) {
  return (
    <Menu.LinkItem closeOnClick className={menuItemClasses} render={<Link {...to} />}>
      {icon && <Icon name={icon} />}
      {children}
    </Menu.LinkItem>
  )
}
