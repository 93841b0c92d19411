// What a key is offered over MCP, narrower than what the organization offers.
import { type McpMode, mcpModes } from '@parley/contract'
import { ToolChoice } from '../mcp-tools/tool-choice.tsx'
import { mcpToolTexts } from '../mcp-tools/texts.ts'
import { Check } from '../settings/parts.tsx'
import { Disclosure } from '../ui/disclosure.tsx'
import { Field, SelectInput } from '../ui/field.tsx'
import { type McpOfKey, describeMcp } from './mcp-of-key.ts'
import { keyTexts } from './texts.ts'

const words = keyTexts.mcp

interface Props {
  mcp: McpOfKey
  onChange: (mcp: McpOfKey) => void
}

export function McpFields({ mcp, onChange }: Props) {
  const change = (fields: Partial<McpOfKey>) => onChange({ ...mcp, ...fields })
  const { enabled = true, mode = '', tools = [], read_only = false } = mcp
  return (
    <Disclosure
      className="rounded-md border border-line"
      summary={
        <summary className="rounded-md px-3 py-1.5 hover:bg-hover">{describeMcp(mcp) ?? words.asOrganization}</summary>
      }
    >
      <div className="flex flex-col gap-3 border-t border-line p-3">
        <p className="text-xs text-faint">{words.hint}</p>
        <Check label={words.enabled} isChecked={enabled} onChange={(isOn) => change({ enabled: isOn })} />
        {enabled && (
          <>
            <Check label={words.readOnly} isChecked={read_only} onChange={(isOn) => change({ read_only: isOn })} />
            <Field label={words.mode}>
              <SelectInput
                value={mode}
                onChange={({ target }) => change({ mode: (target.value || undefined) as McpMode | undefined })}
              >
                <option value="">{words.modeOfOrganization}</option>
                {mcpModes.map((each) => (
                  <option key={each} value={each}>
                    {mcpToolTexts.modes[each]}
                  </option>
                ))}
              </SelectInput>
            </Field>
            <p className="font-medium">{words.tools}</p>
            <ToolChoice chosen={tools} onChange={(chosen) => change({ tools: chosen })} />
          </>
        )}
      </div>
    </Disclosure>
  )
}
