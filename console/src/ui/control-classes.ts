// The look of every form control.
export const controlClasses =
  'h-8 w-full rounded-md border border-edge bg-surface px-2.5 text-ink hover:border-ink/50 data-[invalid]:border-bad'
