/** SettingsForm: what decides the run; a change begins another one. */

import { isChoice, readSetting, SETTINGS, type Settings } from "../settings.js";
import { began, change, progress, settings } from "./state.js";

const NAMES = Object.keys(SETTINGS) as (keyof Settings)[];

function Field({ name }: { name: keyof Settings }) {
  const setting = SETTINGS[name];
  const id = `setting-${name}`;
  const onChange = ({ currentTarget }: { currentTarget: HTMLInputElement | HTMLSelectElement }) => {
    const value = readSetting(name, currentTarget.value);
    if (value === undefined) currentTarget.reportValidity();
    else change({ [name]: value });
  };
  return (
    <div class="field">
      <label for={id}>{setting.label}</label>
      {isChoice(setting) ? (
        <select id={id} onChange={onChange}>
          {Object.entries(setting.options).map(([value, text]) => (
            <option key={value} value={value} selected={settings.value[name] === value}>
              {text}
            </option>
          ))}
        </select>
      ) : (
        <input
          id={id}
          type="number"
          min={setting.min}
          max={setting.max}
          step={setting.step}
          value={settings.value[name]}
          onChange={onChange}
        />
      )}
    </div>
  );
}

export function SettingsForm() {
  const run = began.value;
  return (
    <section class="below" aria-labelledby="settings-title">
      <h2 id="settings-title">Settings</h2>
      <p>Each change begins anew, and is in the address: whoever opens the link sees the same run, number by number.</p>
      {run && (
        <p>
          This net has {run.parameters.toLocaleString("en")} numbers to learn, and learns by {run.device}
          {progress.value && `, in ${Math.round(progress.value.memory / 2 ** 20)} MB of memory`}.
        </p>
      )}
      <form class="settings" onSubmit={(event) => event.preventDefault()}>
        {NAMES.map((name) => (
          <Field key={name} name={name} />
        ))}
      </form>
    </section>
  );
}
