//! 中文 (simplified).

use super::{Clock, Reasons, Row, Texts};

pub(super) static TEXTS: Texts = Texts {
    tag: "zh-Hans",
    to: "致患者本人及家属的告知书",
    title: "我们查看了您的医疗信息",
    lead: "您当时需要救助。因此，急救队使用您的个人编号卡（兼作健康保险证，{マイナ保険証}），查看了您的医疗信息\
           （就诊和用药记录等）。当时未能取得您的同意。",
    when: "时间",
    clock: Clock::Iso { japan_time: "（日本时间）" },
    who: "查看者",
    crew: ["急救队（", "）"],
    why: "原因",
    reasons: Reasons {
        unconscious: "您当时失去意识，无法回答。",
        impaired_consciousness: "您当时意识不清，难以理解说明。",
        cannot_communicate: "您当时难以用语言或手势回答。",
    },
    rule: Row {
        label: "规定",
        text: "原则上，须经本人同意才能查看医疗信息。但是，为保护生命或身体而有必要，且难以取得本人同意时，\
               可以不经同意查看（日本《个人信息保护法》，{個人情報の保護に関する法律}）。",
    },
    purpose: Row {
        label: "用途",
        text: "这些信息用于救助您，即急救处置、选择医院以及向医院说明情况。不用于其他任何目的。",
    },
    other: Row {
        label: "其他信息",
        text: "没有读取税务和养老金信息，也没有读取您的个人编号（My Number，12位数字）。",
    },
    questions: Row {
        label: "咨询",
        text: "如有不明白或担心的事情，请向下列联系方式咨询。此次查看已有记录。咨询不会给您带来任何不利。",
    },
    contact: "联系方式",
    drill: "演练用纸，与真实人物无关。",
};
