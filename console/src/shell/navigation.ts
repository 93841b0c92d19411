// The place of each page in the menus. Routes declare it; the menus list them in the order of router.tsx.
import type { Scope } from '@parley/contract'
import { type AnyRoute, type LinkProps, useRouter } from '@tanstack/react-router'
import { useSession } from '../session/session-context.ts'
import type { IconName } from '../ui/icons.tsx'

interface Entry {
  name: string
  /** Only callers who have one of these scopes see the entry. Without the field, everyone does. */
  scopes?: readonly [Scope, ...Scope[]]
}

export type Place = ({ menu: 'main'; icon: IconName } & Entry) | ({ menu: 'settings' } & Entry)

declare module '@tanstack/react-router' {
  interface StaticDataRouteOption {
    navigation?: Place
  }
}

type Listed<Menu> = Extract<Place, { menu: Menu }> & { to: NonNullable<LinkProps['to']> }

export function useNavigation<Menu extends Place['menu']>(menu: Menu): Listed<Menu>[] {
  const routes: AnyRoute[] = Object.values(useRouter().routesById)
  const { scopes: held } = useSession()
  return routes.flatMap(({ fullPath, options }) => {
    const place: Place | undefined = options.staticData?.navigation
    const isShown = place?.menu === menu && (place.scopes?.some((scope) => held.has(scope)) ?? true)
    return isShown ? [{ ...place, to: fullPath } as Listed<Menu>] : []
  })
}
