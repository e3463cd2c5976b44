// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {DealTerms, OfferTerms} from "../libraries/DealTerms.sol";
import {Settlement} from "../libraries/Settlement.sol";
import {Ledger} from "./Ledger.sol";

/// @title Settling
/// @notice What deals have come to, for payees, clients and providers.
abstract contract Settling is Ledger {
    /// @dev What is due of a deal now.
    function _due(
        uint32 id,
        DealTerms terms,
        OfferTerms offer,
        uint32 current
    ) internal view returns (Settlement.Outcome memory) {
        uint32 since = terms.challenged() ? _challenges[id].since : 0;
        return Settlement.outcome(terms, offer.maxMisses(), _proven[terms.provider()], current, since);
    }

    /// @return The terms after settling.
    function _settle(uint32 id, DealTerms terms, OfferTerms offer, uint32 current) internal returns (DealTerms) {
        Settlement.Outcome memory due = _due(id, terms, offer, current);
        if (!due.changed) return terms;

        address client = _clientOf(id, terms, offer);
        terms = terms.withSettled(due.upTo, due.misses);
        if (due.defaultedAt != 0) {
            // The deal stays in this period's draw: no call may change what was drawn.
            uint32 next = current + 1;
            if (terms.end() > next) terms = terms.withEnd(next);
            terms = terms.withForfeited();
            emit Defaulted(id, due.defaultedAt);
        }
        if (terms.challenged()) terms = _endChallenge(id, terms, client);
        if (due.closed) terms = _close(id, terms, due.unlocked);
        _deals[id].terms = terms;
        _credit(_payeeOf(id, terms), due.earned);
        _credit(client, due.refund + due.compensation);
        emit Settled(id, due.upTo, due.earned, due.refund, due.compensation);
        return terms;
    }

    /// @dev Ends an open challenge and returns its bond.
    function _endChallenge(uint32 id, DealTerms terms, address to) internal returns (DealTerms) {
        delete _challenges[id];
        _credit(to, CHALLENGE_BOND);
        emit ChallengeEnded(id, to, CHALLENGE_BOND);
        return terms.withoutChallenged();
    }

    /// @dev Nothing is held for the deal afterwards. Never reverts, so that no stake of any size can keep a deal from settling.
    function _close(uint32 id, DealTerms terms, uint256 unlocked) internal returns (DealTerms) {
        emit Closed(id, unlocked);
        if (unlocked != 0) {
            uint32 providerId = terms.provider();
            ProviderSlots storage provider = _providers[providerId];
            uint256 free = provider.hot.free + unlocked;
            if (free <= type(uint96).max) {
                provider.hot.free = uint96(free);
            } else {
                _credit(provider.owner, unlocked);
                emit Unstaked(providerId, provider.owner, unlocked);
            }
        }
        return terms.withClosed();
    }
}
