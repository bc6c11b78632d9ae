# The palettes of the demo clips: four colours of a background from top to bottom, a light, a far and a near colour, then more.
# SPDX-License-Identifier: Apache-2.0
PALETTES = {
    "dusk": ("#241a4f", "#7c3a78", "#ee7a6c", "#ffc98c", "#ffe2a6", "#b0587c", "#1c1030"),
    "dawn": ("#3f6fa8", "#9fb9d8", "#f6c9b8", "#ffe3c2", "#fff2cf", "#9a8fb8", "#2a3157"),
    "jade": ("#0d3b4a", "#2c7a78", "#8cc7a4", "#e9efc9", "#fff6cf", "#4f9a8c", "#0a2a30"),
    "night": ("#050a20", "#0d1f4a", "#1c3f74", "#3b6a9c", "#cfe4ff", "#3c7fae", "#081428"),
    "aurora": ("#04081c", "#0a1d3c", "#0d3346", "#071a2a", "#4dffb4", "#4aa8ff", "#c46bff"),
    "rose": ("#0a0618", "#22103c", "#3a1648", "#140a22", "#ff6ad5", "#8f7bff", "#4de1ff"),
    "ember": ("#0a0507", "#140807", "#1d0c08", "#080404", "#ffb45a", "#ff6a2a", "#b01c1c"),
    "spring": ("#7fb2e8", "#bcd6f2", "#f3dfe8", "#f9e6ea", "#ffe9c0", "#f58fb0", "#cf4468"),
    "lantern": ("#0a0b2a", "#1d1a4d", "#4a2a63", "#8a4563", "#ffd27a", "#c7683d", "#e2571e"),
    "street": ("#0c081a", "#1a1034", "#22103a", "#0a0814", "#ff7850", "#ffbe5a", "#5a96ff", "#ff5096", "#78ffd2"),
    "metro": ("#0b1030", "#27285e", "#7a4080", "#e08070", "#ffd28a", "#ff9d7b", "#ff4d4d"),
    "sky": ("#2f6fc4", "#6aa6e6", "#b8d8f2", "#f6e6d0", "#ffe9b8", "#e9eef6", "#8fa6c9"),
    "neon": ("#12052e", "#3a0f5c", "#8a1f7a", "#ff5f8a", "#ffe27a", "#46e0ff", "#ff2e88"),
    "gold": ("#1a0f0a", "#5a2e12", "#b8702a", "#f2c26b", "#fff0c2", "#d98a3a", "#3a1c0c"),
    "sea": ("#04263f", "#07507a", "#1791a8", "#6fd6cf", "#e6fff4", "#48c0d8", "#ff9fb8"),
    "pop": ("#ef476f", "#ffd166", "#06a77d", "#118ab2", "#f78c6b", "#073b4c", "#9b5de5"),
    "plum": ("#1b0b2e", "#4a1d5c", "#9c3d7a", "#f2866f", "#ffd3a1", "#d65a8a", "#2b0f3a"),
}
