import type { ServerInfo, TeamSettings } from '../../generated/contract';

const KEY = 'maru:team';

type Known = Pick<TeamSettings, 'name' | 'accent'>;

/** What the team is called and looks like; kept, so that the next start looks like it from the beginning. */
class TeamInfo {
  #known = $state.raw<Known>(read());

  get name(): string | undefined {
    return this.#known.name;
  }

  get accent(): TeamSettings['accent'] {
    return this.#known.accent;
  }

  learn({ name, accent }: TeamSettings | ServerInfo): void {
    this.#known = { ...(name ? { name } : {}), ...(accent ? { accent } : {}) };
    localStorage.setItem(KEY, JSON.stringify(this.#known));
  }
}

function read(): Known {
  try {
    return JSON.parse(localStorage.getItem(KEY) ?? '{}') as Known;
  } catch {
    return {};
  }
}

export const teamInfo = new TeamInfo();
