"""What the commands that pay and take back say: help."""

from __future__ import annotations

from award_ledger.clients.cli.words import Phrase
from award_ledger.clients.cli.words.command_help import command as _command

MONEY_COMMANDS = {
    "pay": _command(
        "Payments: instruct, and record what became of it.",
        "拨付：下达付款指令并登记结果。",
        "pay instruct {uscc} 34",
    ),
    "pay instruct": _command(
        "Start an attempt to pay an instalment; whoever approved may not.",
        "下达一期付款指令；批准人不得办理。",
        "pay instruct {uscc} 34 1",
    ),
    "pay settle": _command(
        "Record that a payment was settled, in full or in part.",
        "登记付款到账（全部或部分）。",
        "pay settle {uscc} 34 1 --amount 50000.00 --reference ZF20250630001",
    ),
    "pay reject": _command(
        "Record that a payment was rejected and no money moved.\n\n"
        "Of one that went to the bank in a run's file, two people say so; "
        "or the bank's own status report does: finance import.",
        "登记付款被拒，款项未划出。\n\n已随批次文件发送银行的，由两人登记；或以 finance import 导入银行的状态回执。",
        Phrase(
            "pay reject {uscc} 34 1 --reason 'name does not match the account'",
            "pay reject {uscc} 34 1 --reason 账号户名不符",
        ),
    ),
    "pay return": _command(
        "Record that settled money came back, in full or in part.",
        "登记已到账款项退回（全部或部分）。",
        "pay return {uscc} 34 1 --amount 50000.00 --reference TH20250702001",
    ),
    "clawback": _command(
        "Clawbacks: order money back, and record what became of it.",
        "追回：决定追回并登记结果。",
        Phrase(
            "clawback order {uscc} 34 --amount 10000.00 --ground overpayment --reason 'paid too much'",
            "clawback order {uscc} 34 --amount 10000.00 --ground overpayment --reason 多付",
        ),
    ),
    "clawback order": _command(
        "Order money back, at most what was paid and is not ordered back yet.",
        "决定追回，以已拨付且未列入追回的金额为限。",
        Phrase(
            "clawback order {uscc} 34 --amount 10000.00 --ground overpayment --reason 'paid too much'",
            "clawback order {uscc} 34 --amount 10000.00 --ground overpayment --reason 多付",
        ),
    ),
    "clawback receive": _command(
        "Record money received under an order.",
        "登记收到的追回款。",
        "clawback receive {uscc} 34 1 --amount 4000.00 --reference SH20250801001",
    ),
    "clawback set-off": _command(
        "Pay an instalment by setting it off against the oldest order of its currency, where its Terms say so.",
        "按条款规定，以应拨付的一期抵扣同币种最早的追回欠款。",
        "clawback set-off {uscc} 34 1",
    ),
    "clawback write-off": _command(
        "Propose to write off; the same command by another person completes it.",
        "提请核销；由另一人执行同一命令后生效。",
        Phrase(
            "clawback write-off {uscc} 34 1 --amount 6000.00 --reason bankruptcy",
            "clawback write-off {uscc} 34 1 --amount 6000.00 --reason 企业破产",
        ),
    ),
    "clawback cancel": _command(
        "Withdraw an order under which nothing was received.",
        "撤销尚未收到款项的追回。",
        Phrase(
            "clawback cancel {uscc} 34 1 --reason 'reviewed again'", "clawback cancel {uscc} 34 1 --reason 复核后撤销"
        ),
    ),
}
