// The bill of materials: what npm writes of everything that is installed, without what only developers use, with the product's own name and
// the licences that were read by hand. Pure.
import { type Component, licenceOf } from './licences.ts'

interface Part extends Component {
  /** `name@version` */
  'bom-ref': string
}

export interface Bill {
  bomFormat: string
  specVersion: string
  metadata: { component: Part & { type: string }; [field: string]: unknown }
  components: Part[]
  dependencies: { ref: string; dependsOn?: string[] }[]
  [field: string]: unknown
}

export interface LockFile {
  packages: Record<string, { name?: string; version?: string; dev?: boolean; link?: boolean }>
}

/** As `name@version`: the workspaces, and what they install in production. */
export function productionOf({ packages }: LockFile): Set<string> {
  const used = Object.entries(packages).filter(([path, { dev, link }]) => path !== '' && !dev && !link)
  return new Set(
    used.map(([path, { name, version }]) => {
      return `${path.includes('node_modules/') ? path.split('node_modules/').at(-1) : name}@${version}`
    }),
  )
}

/**
 * `npm sbom --omit=dev` would leave out whatever some workspace uses for development, even if another needs it in production; so the lock
 * file says what stays. npm names the product and its workspaces by their folders.
 */
export function completeBill(bill: Bill, lock: LockFile): Bill {
  const { component } = bill.metadata
  const used = productionOf(lock)
  const components = bill.components.filter((part) => used.has(part['bom-ref'])).map(completePart)
  const refs = new Set([component['bom-ref'], ...components.map((part) => part['bom-ref'])])
  return {
    ...bill,
    metadata: { ...bill.metadata, component: { ...component, type: 'application', name: 'parley' } },
    components,
    dependencies: bill.dependencies
      .filter(({ ref }) => refs.has(ref))
      .map(({ ref, dependsOn = [] }) => ({ ref, dependsOn: dependsOn.filter((other) => refs.has(other)) })),
  }
}

function completePart(part: Part): Part {
  const id = part.licenses ? null : licenceOf(part)
  const [, name] = /^(.+)@/.exec(part['bom-ref'])!
  return { ...part, name: name!, ...(id === null ? {} : { licenses: [{ license: { id } }] }) }
}
