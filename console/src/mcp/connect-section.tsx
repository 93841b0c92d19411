// How a client connects: the address, and what each client wants to be given.
import { type McpToolset, mcpToolsets } from '@parley/contract'
import { Link } from '@tanstack/react-router'
import { useState } from 'react'
import { useSession } from '../session/session-context.ts'
import { Check } from '../settings/parts.tsx'
import { Section } from '../settings/settings-page.tsx'
import { classes } from '../ui/classes.ts'
import { Code } from '../ui/code.tsx'
import { CopyField } from '../ui/copy-field.tsx'
import { Field, SelectInput } from '../ui/field.tsx'
import { type ClientName, addressOf, clientNames, snippetOf } from './snippets.ts'
import { useAddress } from './use-address.ts'
import { mcpTexts as words } from './texts.ts'

export function ConnectSection() {
  const { organization } = useSession()
  const base = useAddress()
  const [toolset, setToolset] = useState<McpToolset | ''>('')
  const [isReadOnly, setReadOnly] = useState(false)
  const [client, setClient] = useState<ClientName>('claude_code')
  const url = addressOf(base, toolset || null, isReadOnly)
  return (
    <Section title={words.connect} intro={words.connectIntro}>
      <div className="flex flex-col gap-4 p-4">
        <div className="grid gap-x-6 gap-y-3 wide:grid-cols-2">
          <Field label={words.offered} hint={words.offeredHint}>
            <SelectInput value={toolset} onChange={(event) => setToolset(event.target.value as typeof toolset)}>
              <option value="">{words.everything}</option>
              {mcpToolsets.map((name) => (
                <option key={name} value={name}>
                  {words.toolsets[name]}
                </option>
              ))}
            </SelectInput>
          </Field>
          <div className="wide:pt-6">
            <Check label={words.onlyReads} hint={words.onlyReadsHint} isChecked={isReadOnly} onChange={setReadOnly} />
          </div>
        </div>
        <CopyField label={words.address} value={url} />
        <div className="flex min-w-0 flex-col gap-2">
          <Clients chosen={client} onChoose={setClient} />
          <p className="text-xs text-faint text-pretty">{words.clientHints[client]}</p>
          <Code label={words.snippet(words.clients[client])} text={snippetOf(client, url)} />
        </div>
        <ul className="flex list-disc flex-col gap-1 pl-5 text-soft">
          <li>
            <Link to="/settings/keys" className="text-accent-strong underline-offset-2 hover:underline">
              {words.keys}
            </Link>
          </li>
          <li className="wrap-anywhere">{words.tokens(organization.id)}</li>
        </ul>
      </div>
    </Section>
  )
}

function Clients({ chosen, onChoose }: { chosen: ClientName; onChoose: (client: ClientName) => void }) {
  return (
    <div
      role="group"
      aria-label={words.client}
      className="flex flex-wrap gap-0.5 self-start rounded-md bg-sunken p-0.5"
    >
      {clientNames.map((name) => (
        <button
          key={name}
          type="button"
          aria-pressed={name === chosen}
          className={classes(
            'h-7 rounded px-2',
            name === chosen ? 'bg-surface font-medium' : 'text-soft hover:text-ink',
          )}
          onClick={() => onChoose(name)}
        >
          {words.clients[name]}
        </button>
      ))}
    </div>
  )
}
