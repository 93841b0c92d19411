// Where messages scroll: stays at the end as long as the visitor is there, and moves nothing when earlier ones are added above.
import { Component, type ComponentChildren, createRef } from 'preact'
import type { Say } from '../texts/texts.ts'

interface Props {
  say: Say
  /** How many the visitor has sent that are not in the log: what one sends is always shown. */
  leaving: number
  /** How many are shown at most. */
  most: number
  showMore: () => void
  children: ComponentChildren
}

const near_px = 80

export class Scroller extends Component<Props, { isAway: boolean }> {
  override state = { isAway: false }
  private readonly box = createRef<HTMLDivElement>()
  private readonly keep = new ResizeObserver(() => this.stay())
  private isAtEnd = true
  private from_end = 0

  override componentDidMount() {
    const box = this.box.current!
    box.addEventListener('scroll', () => this.look(box), { passive: true })
    for (const part of [box, ...box.children]) this.keep.observe(part)
    this.toEnd()
  }

  override componentDidUpdate({ leaving, most }: Props) {
    const box = this.box.current!
    if (most !== this.props.most) box.scrollTop = box.scrollHeight - this.from_end
    else if (leaving < this.props.leaving) this.toEnd()
    else this.stay()
  }

  override componentWillUnmount() {
    this.keep.disconnect()
  }

  private stay() {
    if (this.isAtEnd) this.toEnd()
  }

  private readonly toEnd = () => {
    const box = this.box.current
    if (box) box.scrollTop = box.scrollHeight
  }

  private look(box: HTMLElement) {
    this.from_end = box.scrollHeight - box.scrollTop
    this.isAtEnd = this.from_end - box.clientHeight < near_px
    if (this.state.isAway === this.isAtEnd) this.setState({ isAway: !this.isAtEnd })
    if (box.scrollTop < near_px && !this.isAtEnd) this.props.showMore()
  }

  override render({ say, children }: Props) {
    return (
      <>
        {/* oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- it scrolls, by keyboard too */}
        <div class="scroll" ref={this.box} tabIndex={0} role="group" aria-label={say('chat')}>
          {children}
        </div>
        {this.state.isAway && (
          <button class="jump" type="button" onClick={this.toEnd}>
            ↓ {say('latest')}
          </button>
        )}
      </>
    )
  }
}
