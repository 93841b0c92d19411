// The list of teams, and the page of one team.
import { createRoute, lazyRouteComponent } from '@tanstack/react-router'
import { settingsFrame } from '../settings/frame.ts'

export const teamsRoute = createRoute({
  getParentRoute: () => settingsFrame,
  path: '/settings/teams',
  staticData: { navigation: { menu: 'settings', name: 'Teams' } },
  component: lazyRouteComponent(() => import('./teams-page.tsx'), 'TeamsPage'),
})

export const teamRoute = createRoute({
  getParentRoute: () => settingsFrame,
  path: '/settings/teams/$team_key',
  component: lazyRouteComponent(() => import('./team-page.tsx'), 'TeamPage'),
})
