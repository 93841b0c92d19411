// The inbox, whose filters are in its address. It is the first screen, so it is not loaded later.
import { createRoute } from '@tanstack/react-router'
import { shell } from '../shell/frames.ts'
import { readFilters } from './filters.ts'
import { InboxPage } from './inbox-page.tsx'

export const inboxRoute = createRoute({
  getParentRoute: () => shell,
  path: '/inbox',
  validateSearch: readFilters,
  staticData: { navigation: { menu: 'main', name: 'Inbox', icon: 'inbox' } },
  component: InboxPage,
})
