// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {DealTerms, OfferTerms} from "./DealTerms.sol";
import {PeriodBits} from "./PeriodBits.sol";

/// @title Settlement
/// @notice What the closed periods of a deal mean in money. A function of terms, history, challenge and time alone, so that
/// settling late gives the same as settling at every boundary.
library Settlement {
    using PeriodBits for mapping(uint256 word => uint256);

    /// @dev A challenge can be answered for so many periods after its own, or for one more than misses are tolerated.
    uint256 private constant LEAST_ANSWER_PERIODS = 2;

    /// @param upTo Periods before it are settled by this.
    /// @param misses Misses since the start of the deal, up to `upTo`.
    /// @param defaultedAt Period in which the provider's obligation broke: of the miss that was one too many, or of the challenge
    /// that nobody answered; 0 when neither.
    /// @param changed Whether settling would change anything.
    /// @param closed Whether nothing is held for the deal afterwards.
    /// @param earned For the payee: rate for each proven period.
    /// @param refund For the client, out of the escrow: rate for each missed period; after a default all later ones.
    /// @param compensation For the client, out of the collateral: slash for each missed period.
    /// @param unlocked Collateral that nobody has a claim to any more.
    struct Outcome {
        uint256 upTo;
        uint256 defaultedAt;
        uint256 misses;
        bool changed;
        bool closed;
        uint256 earned;
        uint256 refund;
        uint256 compensation;
        uint256 unlocked;
    }

    /// @notice Outcome of the closed periods that are not settled yet, `current` being the first that is not closed.
    /// @param offers Slots C; that of `head` is read only after a miss, at the end and under a challenge, a cold read less for
    /// each other settlement.
    /// @param challengedAt Period of the open challenge, 0 when there is none. The deal is settled up to it.
    function outcome(
        DealTerms terms,
        mapping(uint256 headDeal => OfferTerms) storage offers,
        uint256 head,
        mapping(uint256 word => uint256) storage bits,
        uint256 current,
        uint256 challengedAt
    ) internal view returns (Outcome memory due) {
        // Widths of the packed terms (80 bits a rate, 24 a factor, 9 a count of periods) leave no room for an overflow.
        unchecked {
            uint256 from = terms.settledUpTo();
            uint256 end = terms.end();
            uint256 to = current < end ? current : end;
            due.upTo = from;
            due.misses = terms.missed();
            due.closed = terms.closed();
            if (due.closed) return due;

            uint256 rate = terms.rate();
            if (challengedAt != 0) {
                uint256 maxMisses = offers[head].maxMisses();
                // Settlement stands still, so that a default takes back nothing that was paid.
                if (current <= lastAnswer(challengedAt, maxMisses)) return due;
                due.changed = true;
                due.closed = true;
                due.defaultedAt = challengedAt;
                due.refund = rate * (end - from);
                due.compensation = terms.slash() * (maxMisses + 1 - due.misses);
                return due;
            }
            if (to <= from) return due;

            due.changed = true;
            uint256 proven = bits.count(from, to);
            uint256 misses = to - from - proven;
            if (terms.forfeited()) {
                // Abandoned: the collateral is the client's already, what is left settles by its bits at the rate alone.
                due.upTo = to;
                due.closed = to == end;
                due.earned = rate * proven;
                due.refund = rate * misses;
                return due;
            }

            uint256 tolerated = misses == 0 ? 0 : offers[head].maxMisses() - due.misses;
            uint256 cutOff = 0;
            if (misses > tolerated) {
                // The first miss that is not tolerated ends the deal; what lies behind it was never the payee's.
                uint256 last = bits.nthUnset(from, to, tolerated);
                (to, misses) = (last + 1, tolerated + 1);
                proven = to - from - misses;
                cutOff = end - to;
                due.defaultedAt = last;
            }

            uint256 slash = terms.slash();
            due.upTo = to;
            due.misses = due.misses + misses;
            due.closed = to == end || due.defaultedAt != 0;
            due.earned = rate * proven;
            due.refund = rate * (misses + cutOff);
            due.compensation = slash * misses;
            if (due.closed) due.unlocked = slash * (offers[head].maxMisses() + 1 - due.misses);
        }
    }

    /// @notice Last period in which a challenge of period `since` can be answered.
    function lastAnswer(uint256 since, uint256 maxMisses) internal pure returns (uint256) {
        uint256 periods = maxMisses + 1;
        return since + (periods < LEAST_ANSWER_PERIODS ? LEAST_ANSWER_PERIODS : periods);
    }
}
