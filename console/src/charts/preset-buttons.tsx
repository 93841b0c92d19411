// The buttons that choose a time range: one for each preset, and the last for a range of one's own.
import { OwnRange, type Times, choiceClasses } from './own-range.tsx'
import { chartTexts as words } from './texts.ts'

interface Props<Preset extends string> {
  names: Readonly<Record<Preset, string>>
  presets: readonly Preset[]
  chosen: Preset | 'own'
  /** Those of a range of one's own. */
  times: Partial<Times>
  /** How long a range of one's own may be; any if it is not given. */
  mostDays?: number
  onPreset: (preset: Preset) => void
  onOwn: (times: Times) => void
}

export function PresetButtons<Preset extends string>(props: Props<Preset>) {
  const { names, presets, chosen, times, mostDays, onPreset, onOwn } = props
  return (
    <div role="group" aria-label={words.range} className="flex flex-wrap gap-0.5 rounded-md bg-sunken p-0.5">
      {presets.map((preset) => (
        <button
          key={preset}
          type="button"
          aria-pressed={preset === chosen}
          className={choiceClasses(preset === chosen)}
          onClick={() => onPreset(preset)}
        >
          {names[preset]}
        </button>
      ))}
      <OwnRange times={times} isChosen={chosen === 'own'} mostDays={mostDays} onChange={onOwn} />
    </div>
  )
}
