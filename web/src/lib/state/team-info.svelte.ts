import type { ServerInfo, TeamSettings } from '../../generated/contract';

const KEY = 'maru:team';

const SHOWN = ['name', 'accent', 'greeting', 'logo'] as const;

type Known = Pick<TeamSettings, (typeof SHOWN)[number]>;

/** What the team is called and looks like; kept, so that the next start looks like it from the beginning. */
class TeamInfo {
  #known = $state.raw<Known>(read());

  get name(): string | undefined {
    return this.#known.name;
  }

  get accent(): TeamSettings['accent'] {
    return this.#known.accent;
  }

  get greeting(): string | undefined {
    return this.#known.greeting;
  }

  /** The id of the team's sign. */
  get logo(): string | undefined {
    return this.#known.logo;
  }

  learn(settings: TeamSettings | ServerInfo): void {
    const known = JSON.stringify(settings, [...SHOWN]);
    localStorage.setItem(KEY, known);
    this.#known = JSON.parse(known) as Known;
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
