//! What `addpack explain` knows of plans.

use super::Page;

/// The pages of plans, in the order of their codes.
pub(super) const PAGES: &[Page] = &[
    Page {
        code: "restores",
        kind: "plan",
        means: "The pack restores the licenses that it once added to this server.",
        cause: "It is bound to the server, which will have just the licenses that the pack goes from.",
        action: "Apply it when its turn has come, not before.",
        kb: &[177_962, 236_867],
    },
    Page {
        code: "adds",
        kind: "plan",
        means: "The pack is unused and adds its licenses.",
        cause: "It is bound to no server yet, and the licenses fit under the server's limit. From then \
                on it is bound to this server.",
        action: "Apply it when its turn has come, and write the order number on its label.",
        kb: &[236_867],
    },
    Page {
        code: "convert-first",
        kind: "plan",
        means: "The pack is to be converted to 4.5 before this server gets it.",
        cause: "It is a 4.0 pack. A 4.5 server would corrupt it; or its record has no room for another \
                event, which a conversion makes.",
        action: "Run addpack convert on it, then apply it when its turn has come.",
        kb: &[236_867, 239_666],
    },
    Page {
        code: "finish-first",
        kind: "plan",
        means: "The pack's conversion is to be finished before a server gets it.",
        cause: "The conversion was interrupted in its clean-up.",
        action: "Run addpack convert on it, then apply it when its turn has come.",
        kb: &[],
    },
    Page {
        code: "not-sbs",
        kind: "plan",
        means: "The server is no Small Business Server, and takes no packs.",
        cause: "It runs full Windows NT, or was converted to it.",
        action: "Apply the pack on a computer that runs Small Business Server.",
        kb: &[234_929, 264_812],
    },
    Page {
        code: "no-added-licenses",
        kind: "plan",
        means: "No licenses can be added to this edition of the server.",
        cause: "It is a not-for-resale or an MSDN edition.",
        action: "Apply the pack on a server of the retail edition.",
        kb: &[218_144],
    },
    Page {
        code: "record-full",
        kind: "plan",
        means: "The pack's record has no room for another event, so no server can apply it.",
        cause: "It was applied 24 times since it was made or converted.",
        action: "Keep it. Where it is needed again, ask for a replacement. (A 4.0 pack has room again \
                 once it is converted.)",
        kb: &[183_855, 274_532],
    },
    Page {
        code: "other-server",
        kind: "plan",
        means: "The pack is bound to another server. This one would ask for a password.",
        cause: "It was applied there, or the server's network adapter or name has changed since.",
        action: "Apply it on its own server, or name that with --address and --name. To move the pack \
                 takes a password from support, which has ended: begin with whoever supplies your \
                 licenses today.",
        kb: &[236_867],
    },
    Page {
        code: "over-limit",
        kind: "plan",
        means: "With this pack the server would pass its limit: 25 licenses on 4.0 and 4.0a, 50 on 4.5.",
        cause: "There are more packs than fit. The plan takes those that lead to the most licenses.",
        action: "Keep it for another server. A pack that was used on a 4.5 server past 25 licenses \
                 restores nothing on a 4.0 one.",
        kb: &[177_962, 236_867],
    },
    Page {
        code: "already-applied",
        kind: "plan",
        means: "The server has the pack's licenses already.",
        cause: "It has at least as many licenses as the pack leads to.",
        action: "Keep it: it is needed when the server is set up anew. Do not apply it now: a 4.0 \
                 server would make a 4.0 pack defective.",
        kb: &[177_962, 194_335, 236_867],
    },
    Page {
        code: "twin",
        kind: "plan",
        means: "Another pack restores the same licenses of the same server, and is applied instead.",
        cause: "The server was set up anew and got another pack in the place of this one.",
        action: "Keep both. Only one of them adds its licenses, so do not apply the other.",
        kb: &[177_962, 194_335, 236_867],
    },
    Page {
        code: "behind-gap",
        kind: "plan",
        means: "The pack cannot be restored, since one before it in the chain is missing.",
        cause: "The pack that leads to the licenses this one goes from is lost, refused, or not in \
                the set.",
        action: "Find the missing pack, or ask for its replacement, and plan again. Do not apply this \
                 one before: a 4.0 server would make a 4.0 pack defective.",
        kb: &[177_962, 194_335, 236_867],
    },
    Page {
        code: "out-of-order",
        kind: "plan",
        means: "The server has at no point of the order just the licenses that the pack goes from.",
        cause: "The pack overlaps others of the set, or the licenses that the server has; or other \
                packs lead to more licenses than this one does.",
        action: "Keep it away from this server: a 4.0 server would make a 4.0 pack defective. Check \
                 --installed, and whether other packs of the server are missing in the set.",
        kb: &[177_962, 194_335, 236_867],
    },
    Page {
        code: "copy",
        kind: "plan",
        means: "Another image of the set bears the same serial: it is this very pack.",
        cause: "A diskette was imaged twice, or the set holds images from before and after a \
                conversion or a use. The 4.5 one counts, then the used one, then the one with the \
                most events.",
        action: "Keep one image of each diskette in the set: its newest.",
        kb: &[],
    },
    Page {
        code: "lost",
        kind: "plan",
        means: "The pack is not there, and a replacement is asked for.",
        cause: "It was named with --lost, or no pack of the set restores what lies between two of its \
                steps.",
        action: "Look for it first. On lost and stolen packs, see the articles.",
        kb: &[236_867, 274_532],
    },
];
