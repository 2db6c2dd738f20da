/** The shortcodes people meet in deployment talk; anything else stays as `:name:`. */
// prettier-ignore
const CODES = {
  '+1': '👍', thumbsup: '👍', '-1': '👎', thumbsdown: '👎', tada: '🎉', rocket: '🚀', fire: '🔥', eyes: '👀',
  wave: '👋', pray: '🙏', clap: '👏', ok_hand: '👌', raised_hands: '🙌', muscle: '💪', heart: '❤️', smile: '😄',
  slightly_smiling_face: '🙂', thinking_face: '🤔', joy: '😂', cry: '😢', sob: '😭', sweat_smile: '😅',
  white_check_mark: '✅', heavy_check_mark: '✔️', ballot_box_with_check: '☑️', x: '❌', negative_squared_cross_mark: '❎',
  warning: '⚠️', rotating_light: '🚨', no_entry: '⛔', no_entry_sign: '🚫', octagonal_sign: '🛑', construction: '🚧',
  red_circle: '🔴', large_orange_circle: '🟠', large_yellow_circle: '🟡', large_green_circle: '🟢',
  large_blue_circle: '🔵', white_circle: '⚪', black_circle: '⚫', large_green_square: '🟩', large_red_square: '🟥',
  large_yellow_square: '🟨', white_large_square: '⬜', black_large_square: '⬛',
  hourglass: '⌛', hourglass_flowing_sand: '⏳', stopwatch: '⏱️', alarm_clock: '⏰', clock1: '🕐', clock3: '🕒',
  calendar: '📅', date: '📅', spiral_calendar_pad: '🗓️', bell: '🔔', no_bell: '🔕', loudspeaker: '📢', mega: '📣',
  lock: '🔒', unlock: '🔓', key: '🔑', shield: '🛡️', bug: '🐛', wrench: '🔧', hammer: '🔨',
  hammer_and_wrench: '🛠️', gear: '⚙️', package: '📦', truck: '🚚', ship: '🚢', satellite: '🛰️', robot_face: '🤖',
  memo: '📝', clipboard: '📋', pushpin: '📌', round_pushpin: '📍', paperclip: '📎', link: '🔗', mag: '🔍', bulb: '💡',
  chart_with_upwards_trend: '📈', chart_with_downwards_trend: '📉', bar_chart: '📊', floppy_disk: '💾',
  computer: '💻', file_folder: '📁', page_facing_up: '📄', scroll: '📜', label: '🏷️', bookmark: '🔖',
  arrow_right: '➡️', arrow_left: '⬅️', arrow_up: '⬆️', arrow_down: '⬇️', arrows_counterclockwise: '🔄', repeat: '🔁',
  back: '🔙', rewind: '⏪', fast_forward: '⏩', double_vertical_bar: '⏸️', arrow_forward: '▶️', black_square_for_stop: '⏹️',
  leftwards_arrow_with_hook: '↩️', heavy_plus_sign: '➕', heavy_minus_sign: '➖', question: '❓', grey_question: '❔',
  exclamation: '❗', grey_exclamation: '❕', information_source: 'ℹ️', speech_balloon: '💬', thought_balloon: '💭',
  busts_in_silhouette: '👥', bust_in_silhouette: '👤', star: '⭐', sparkles: '✨', zap: '⚡', boom: '💥', sunny: '☀️',
  cloud: '☁️', umbrella: '☔', snowflake: '❄️', rainbow: '🌈', coffee: '☕', beer: '🍺', pizza: '🍕', checkered_flag: '🏁',
  triangular_flag_on_post: '🚩', trophy: '🏆', dart: '🎯', one: '1️⃣', two: '2️⃣', three: '3️⃣', zero: '0️⃣',
};

const TABLE = new Map(Object.entries(CODES));

/**
 * @param {string} name without colons
 * @returns {string | undefined}
 */
export const emojiFor = (name) => TABLE.get(name.replace(/::skin-tone-[2-6]$/, ''));
