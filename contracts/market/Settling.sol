// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {DealTerms} from "../libraries/DealTerms.sol";
import {Settlement} from "../libraries/Settlement.sol";
import {Ledger} from "./Ledger.sol";

/// @title Settling
/// @notice What deals have come to, for payees, clients and providers.
abstract contract Settling is Ledger {
    /// @dev What is due of a deal now.
    function _due(uint32 id, DealTerms terms, uint256 current) internal view returns (Settlement.Outcome memory) {
        uint256 since = terms.challenged() ? _challenges[id].since : 0;
        return Settlement.outcome(terms, _offers, id - terms.toHead(), _proven[terms.provider()], current, since);
    }

    /// @return The terms after settling.
    function _settle(uint32 id, DealTerms terms, uint256 current) internal returns (DealTerms) {
        Settlement.Outcome memory due = _due(id, terms, current);
        if (!due.changed) return terms;

        terms = terms.withSettled(due.upTo, due.misses);
        if (due.closed) {
            if (due.defaultedAt != 0) {
                terms = terms.withForfeited();
                // The deal stays in this period's draw: no call may change what was drawn.
                if (terms.end() > current + 1) terms = terms.withEnd(current + 1);
                emit Defaulted(id, uint32(due.defaultedAt));
            }
            if (terms.challenged()) terms = _endChallenge(id, terms, _clientOf(id, terms));
            terms = _close(id, terms, due.unlocked);
        }
        _deals[id].terms = terms;
        if (due.earned != 0) _credit(_payeeOf(id, terms), due.earned);
        emit Settled(id, uint32(due.upTo), due.earned);
        if (due.refund != 0) {
            _credit(_clientOf(id, terms), due.refund + due.compensation);
            emit Compensated(id, due.refund, due.compensation);
        }
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
            uint256 free = provider.hot.free() + unlocked;
            if (free <= type(uint96).max) {
                provider.hot = provider.hot.withFree(free);
            } else {
                _credit(provider.owner, unlocked);
                emit Unstaked(providerId, provider.owner, unlocked);
            }
        }
        return terms.withClosed();
    }
}
